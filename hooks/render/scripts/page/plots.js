// A plot that is wider than the screen begins at its end, where the newest models stand.
for (const plot of document.querySelectorAll(".ds-scroll > svg:is(.ds-trend, .ds-schedule)")) plot.parentElement.scrollLeft = plot.parentElement.scrollWidth;
