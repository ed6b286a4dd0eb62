from labs import fim


def test_a_document_is_rearranged_and_comes_back():
    text = "one two three"
    moved = fim.psm(text, 4, 8)
    assert moved == "<|fim_begin|>one <|fim_hole|>three<|fim_end|>two "
    assert fim.restore(moved) == text
    assert fim.restore(fim.psm(text, 0, len(text))) == text
