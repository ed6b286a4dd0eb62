"""Formulas over config.json names, written once as text and shown exactly as they are computed."""

import ast
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property

from ..schema.architecture import Architecture, TopkMethod
from ..schema.values import Single, per_kind

Exact = int | Fraction
Working = Callable[[Mapping[str, Exact]], Exact]
_OPERATORS: Mapping[type[ast.operator], Callable[[Exact, Exact], Exact]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: Fraction,
}
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_FUNCTIONS: Mapping[str, Callable[..., Exact]] = {
    "min": min,
    "max": max,
    "ceil": math.ceil,
    # Not exact: the nearest number that a float holds.
    "exp": lambda number: Fraction(math.exp(number)),
    "ln": lambda number: Fraction(math.log(number)),
    "sqrt": lambda number: Fraction(math.sqrt(number)),
}
NAME = re.compile(rf"\b(?!(?:{'|'.join(_FUNCTIONS)})\b)[a-z_][a-z_0-9]*")
_LONG_INTEGER = re.compile(r"(?<!\.)\b\d{4,}\b")
_BRACKETED = re.compile(
    r"(?<=÷ )[\d.]+ × 10[⁰¹²³⁴⁵⁶⁷⁸⁹]+|(?<=[+−×÷] )−[\d.,]+"
)  # a power to divide by, a negative number
_MANY_ZEROS = 9
_LONG = 12  # characters of a fraction; what exp, ln or a division gave is shown with four digits, as where it was worked out
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Computation:
    name: str  # key of its label in the words
    formula: str  # with `×` for multiplication
    values: Mapping[str, Exact] = field(repr=False, hash=False)
    exact: Fraction  # the result, not rounded

    @cached_property
    def numbers(self) -> str:
        """The formula with numbers in place of names."""
        shown = self.written_formula(lambda name: _number_text(self.values[name]))
        return _BRACKETED.sub(lambda m: f"({m[0]})", shown)

    def written_formula(self, write_name: Callable[[str], str]) -> str:
        """The formula with its names as the function writes them, and long integers in groups."""
        grouped = _LONG_INTEGER.sub(lambda m: _number_text(int(m[0])), self.formula)
        return NAME.sub(lambda m: write_name(m[0]), grouped)

    @property
    def value(self) -> int:
        return round(self.exact)


def evaluate_formula(name: str, formula: str, numbers: Mapping[str, Exact]) -> Computation:
    """Exact over names, numbers, `+ - * / ( )`, `min`, `max`, `ceil`; to a float's precision `exp`, `ln`, `sqrt`.

    Raises KeyError for a name that `numbers` lacks.
    """
    return Computation(name, display_formula(formula), numbers, Fraction(_compiled_formula(formula)(numbers)))


def display_formula(formula: str) -> str:
    return formula.replace(" * ", " × ").replace(" / ", " ÷ ").replace("-", "−")


@dataclass(frozen=True)
class Part:
    """A formula and what it holds for: names that have to be there and not 0, or that must not where `!` stands before them.

    The browser gets these as they are, so that which formula holds for which keys is said once.
    """

    name: str
    formula: str
    when: tuple[str, ...] = ()


def script_rows(parts: Iterable[Part]) -> list[list[object]]:
    """Parts as the browser reads them: name, formula, its tree, what has to hold."""
    return [[part.name, part.formula, formula_tree(part.formula), list(part.when)] for part in parts]


def held_formulas(parts: Sequence[Part], names: frozenset[str]) -> dict[str, str]:
    """Those that hold, by the name of the part, which has one formula at most."""
    return {
        part.name: part.formula for part in parts if all((w.strip("!") in names) is (w[0] != "!") for w in part.when)
    }


Tree = str | int | list["Tree"]


def formula_tree(formula: str) -> Tree:
    """Nested lists `[operator or function, operand, …]`, for the script of the calculators."""
    return _node_tree(_parsed_formula(formula))


@cache  # the formulas are those of the code, whatever the numbers
def _parsed_formula(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _node_tree(node: ast.expr) -> Tree:
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        return [_SIGNS[type(node.op)], _node_tree(node.left), _node_tree(node.right)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return [node.func.id, *map(_node_tree, node.args)]
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    raise ValueError(f"`{ast.unparse(node)}` is not part of a formula")


def _number_text(number: Exact) -> str:
    """Digits in groups; many trailing zeros become a power of ten; long fractions get four digits."""
    if number < 0:
        return f"−{_number_text(-number)}"
    if number != int(number):
        digits = f"{Decimal(number.numerator) / number.denominator:,}"
        return digits if len(digits) <= _LONG else f"{float(number):,.4g}"
    number = int(number)
    digits = str(number).rstrip("0")
    if len(str(number)) - len(digits) < _MANY_ZEROS:
        return f"{number:,}"
    power = "10" + str(len(str(number)) - 1).translate(_SUPERSCRIPT)
    return power if digits == "1" else f"{digits[0]}{'.' if digits[1:] else ''}{digits[1:]} × {power}"


@cache
def formula_names(formula: str) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(_parsed_formula(formula)) if isinstance(node, ast.Name)) - {
        *_FUNCTIONS
    }


def check_formula(formula: str) -> None:
    """Raises SyntaxError or ValueError."""
    _compiled_formula(formula)


@cache
def _compiled_formula(formula: str) -> Working:
    return _compiled_node(_parsed_formula(formula))


def _compiled_node(node: ast.expr) -> Working:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        function, parts = _FUNCTIONS[node.func.id], [_compiled_node(part) for part in node.args]
        return lambda numbers: function(*(part(numbers) for part in parts))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        sign, left, right = _OPERATORS[type(node.op)], _compiled_node(node.left), _compiled_node(node.right)
        return lambda numbers: sign(left(numbers), right(numbers))
    if isinstance(node, ast.Name):
        return operator.itemgetter(node.id)
    if isinstance(node, ast.Constant) and isinstance(value := node.value, int):
        return lambda numbers: value
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        decimal = Fraction(repr(node.value))
        return lambda numbers: decimal
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        operand = _compiled_node(node.operand)
        return lambda numbers: -operand(numbers)
    raise ValueError(f"`{ast.unparse(node)}` is not part of a formula")


def architecture_numbers(architecture: Architecture) -> dict[str, int]:
    """Every integer of the architecture, and the few that follow from them."""
    numbers = {}
    for name, stated in vars(architecture).items():
        if isinstance(stated, Single) and isinstance(stated.value, int) and not isinstance(stated.value, bool):
            numbers[name] = stated.value
    if "head_dim" not in numbers and {"hidden_size", "num_attention_heads"} <= numbers.keys():
        numbers["head_dim"] = numbers["hidden_size"] // numbers["num_attention_heads"]
    if "num_hidden_layers" in numbers and "first_k_dense_replace" in numbers:
        first, every = numbers["first_k_dense_replace"], numbers.get("moe_layer_freq", 1)
        moe = sum(1 for layer in range(first, numbers["num_hidden_layers"]) if layer % every == 0)
        numbers["moe_layers"] = moe
        numbers["dense_layers"] = numbers["num_hidden_layers"] - moe
    return numbers


_FLAGS = ("tie_word_embeddings", "attention_bias", "qkv_bias", "qk_norm")


def architecture_names(architecture: Architecture, numbers: Mapping[str, int]) -> frozenset[str]:
    """What formulas can ask for: numbers that are not 0, settings that are on, and what the kinds imply."""
    on = {flag for flag in _FLAGS if (stated := getattr(architecture, flag)) and stated.value}
    implied = {"balance_bias"} if has_balance_bias(architecture) else set()
    return frozenset({name for name, number in numbers.items() if number} | on | implied)


_TOKEN = re.compile(
    r"\s*(?:(?P<name>[a-z]+(?:\+engram)?)|(?P<open>\()|(?P<close>\))(?:\*(?P<outer>\d+))?)(?:\*(?P<times>\d+))?"
)


_LONGEST_BLOCK = 12  # layers that are repeated together


class LayoutError(ValueError):
    pass


def parse_layout(layout: str) -> tuple[str, ...]:
    """From the first layer up. Raises LayoutError."""
    stack: list[list[str]] = [[]]
    place = 0
    text = layout.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise LayoutError(f"`{text[place:].strip()}` cannot be read")
        place = found.end()
        if found["open"]:
            stack.append([])
        elif found["close"]:
            if len(stack) == 1:
                raise LayoutError("a bracket is closed that was not opened")
            inner = stack.pop()
            stack[-1] += inner * int(found["outer"] or 1)
        else:
            stack[-1] += [found["name"]] * int(found["times"] or 1)
    if len(stack) > 1:
        raise LayoutError("a bracket is not closed")
    return tuple(stack[0])


def shorten_layout(layers: Sequence[str]) -> str:
    """The shortest spelling: the repetition that covers most of the next layers comes first."""
    said = []
    start = 0
    while start < len(layers):
        covered, size, times = 1, 1, 1
        for length in range(1, _LONGEST_BLOCK + 1):
            block = layers[start : start + length]
            count = 1
            while list(layers[start + count * length : start + (count + 1) * length]) == list(block):
                count += 1
            if count > 1 and count * length > covered:
                covered, size, times = count * length, length, count
        block_text = shorten_layout(layers[start : start + size]) if 1 < size < len(layers) else layers[start]
        said.append(f"({block_text})*{times}" if size > 1 else block_text + (f"*{times}" if times > 1 else ""))
        start += covered
    return " ".join(said)


@dataclass(frozen=True, kw_only=True)
class Routing:
    balance_bias: bool  # whether an expert's score has a learned bias that only the choice sees (DeepSeek-V3 §2.1.2)


ROUTINGS: Mapping[TopkMethod, Routing] = per_kind(
    "ROUTINGS in derive/expression.py",
    {
        TopkMethod.GREEDY: Routing(balance_bias=False),
        TopkMethod.GROUP_LIMITED_GREEDY: Routing(balance_bias=False),
        TopkMethod.NOAUX_TC: Routing(balance_bias=True),
    },
    TopkMethod,
)


def has_balance_bias(architecture: Architecture) -> bool:
    """False where the routing is not stated."""
    method = architecture.topk_method.value if architecture.topk_method else None
    return method is not None and ROUTINGS[method].balance_bias
