"""One module for each kind of page. Each gives `Page`s or blocks; none knows another."""
