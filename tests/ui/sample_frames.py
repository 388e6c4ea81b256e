"""Frames that change from step to step as the study screen does: about fifteen rows of 24."""

from gdtutor.view.frame import Frame, Line, Placed, Plot, Segment, Series, Style

WIDTH, HEIGHT = 80, 24
_LEFT = 38


def study_frame(step: int) -> Frame:
    """Return a step of a made-up lesson; its number stands in the last row that changes."""
    upstream, local = 0.125 + step / 1000, 1 - step / 500
    phase = (Style.FORWARD, Style.BACKWARD, Style.UPDATE)[step % 3]
    rows: list[Line] = [
        (
            Segment(" 06 The bias to the rescue", Style.TITLE),
            Segment(f"   iteration {step // 13} ▸ "),
            Segment(phase.value, phase),
            Segment(f" ▸ w{step % 7}   step {step}/∞"),
        ),
        _border("╭ graph ", "╮╭ node ", "╮"),
    ]
    left = [_graph_row(step, n) for n in range(14)]
    right = [
        (Segment(f"z{step} = w₁·x₁ + w₂·x₂ + b"),),
        (),
        (Segment("∂L/∂b", phase), Segment(" = ∂L/∂z × ∂z/∂b")),
        (Segment("      = "), _number(upstream), Segment(" × "), _number(local)),
        (Segment("      = "), _number(upstream * local)),
        (),
        (Segment("upstream  ", Style.DIM), _number(upstream), Segment(f"   from z{step}")),
        (Segment("local     ", Style.DIM), _number(local), Segment("   b is added")),
        (Segment("shape     ", Style.DIM), Segment("[]")),
        (),
        (Segment("before    ", Style.DIM), _number(local / 3, Style.CHANGED)),
        (Segment("after     ", Style.DIM), _number(local / 3 - upstream)),
        (),
        (),
    ]
    rows += [_pair(one, two) for one, two in zip(left, right, strict=True)]
    rows += [
        _border("╰", "╯╰", "╯"),
        (Segment(f" Both inputs are {step}, so neither weight can move the output."),),
        (Segment(f" The bias does not pass through input {step + 1}. What will it do?"),),
        (),
        (Segment(f" note {step}", Style.GOOD),),
        (),
        (),
        (Segment(" ← →", Style.KEY), Segment(" step   "), Segment("q", Style.KEY)),
    ]
    return Frame(WIDTH, HEIGHT, tuple(rows))


def plot_frame() -> Frame:
    """Return a frame with prose in several scripts, every style, and a plot on it."""
    curve = Series("rate 0.1", tuple(range(50)), tuple(1 / (1 + n) for n in range(50)))
    cloud = Series("examples", (3, 30), (0.2, 0.8), Style.INPUT, joined=False)
    plot = Plot("cost", (curve, cloud), "epoch", "C", x_integer=True, cursor=20)
    styled = tuple(Segment(f"{style.value} ", style) for style in Style)
    rows: tuple[Line, ...] = (
        (Segment(" 06 The bias", Style.TITLE), Segment(" ∂L/∂w₁ ≈ −0.25 → ŷ <&> 中文 é")),
        styled[:8],
        styled[8:16],
        styled[16:],
        (Segment("cut here?", Style.CURRENT),) * 10,
    )
    return Frame(WIDTH, HEIGHT, rows, (Placed(plot, 4, 6, 60, 14),))


def _number(value: float, style: Style = Style.TEXT) -> Segment:
    return Segment(f"{value:.4g}", style)


def _graph_row(step: int, row: int) -> Line:
    if row == step % 7:
        return (Segment(f" ▶ w{row} {row / 10} ─┤", Style.CURRENT),)
    gradient = (
        Segment(f"  ∇ {step / 100:.4g}", Style.BACKWARD) if row == step % 5 + 7 else Segment("")
    )
    return (Segment(f"   w{row} {row / 10} ─┤"), gradient)


def _pair(left: Line, right: Line) -> Line:
    bar = Segment("│", Style.BORDER)
    return (bar, *_padded(left, _LEFT - 2), bar, bar, *_padded(right, WIDTH - _LEFT - 2), bar)


def _padded(line: Line, width: int) -> Line:
    return (*line, Segment(" " * (width - sum(len(segment.text) for segment in line))))


def _border(left: str, right: str, end: str) -> Line:
    text = left.ljust(_LEFT - 1, "─") + right
    return (Segment(text.ljust(WIDTH - 1, "─") + end, Style.BORDER),)
