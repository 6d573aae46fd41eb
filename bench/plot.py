"""Plots as plain SVG."""

import math
from xml.sax.saxutils import escape

COLORS = ("#0b62a4", "#d1495b", "#3a9a5b", "#8e5ea2", "#e08e0b", "#777777", "#222222")
FONT = 'font-family="sans-serif"'


class Canvas:
    """Elements of a picture."""

    def __init__(self, width, height, title):
        self.width, self.height = width, height
        self.elements = [f'<rect width="{width}" height="{height}" fill="white"/>']
        self.title = title
        self.text(width / 2, 24, title, 15, "middle")

    def text(self, x, y, text, size=12, anchor="start", extra=""):
        self.elements.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" {FONT} {extra}>'
            f'{escape(text)}</text>')

    def line(self, x0, y0, x1, y1, color="#dddddd", width=1):
        self.elements.append(
            f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{color}" stroke-width="{width}"/>')

    def rectangle(self, x, y, width, height, color):
        self.elements.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}"/>')

    def curve(self, points, color, dashed=False):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = ' stroke-dasharray="6 4"' if dashed else ""
        self.elements.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"{dashes}/>')
        for x, y in points:
            self.elements.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>')

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
                f'viewBox="0 0 {self.width} {self.height}" role="img">\n<title>{escape(self.title)}</title>\n'
                + "\n".join(self.elements) + "\n</svg>\n")


def size_text(size):
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} B"


def decades(low, high):
    """1, 2 and 5 times the powers of ten that enclose the values, as ticks of a logarithmic axis."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [m * 10.0**e for e in exponents for m in (1, 2, 5)]
    first = max(t for t in ticks if t <= low)
    last = min((t for t in ticks if t >= high), default=ticks[-1])
    return [t for t in ticks if first <= t <= last]


def rates_plot(series, title):
    """series: (label, dashed, [(bytes, bytes a second)]), over logarithmic axes."""
    left, right, top, bottom = 70, 190, 40, 50
    canvas = Canvas(820, 440, title)
    points = [p for _, _, line in series for p in line]
    sizes = sorted({size for size, _ in points})
    ticks = decades(min(r for _, r in points) / 1e9, max(r for _, r in points) / 1e9)
    width, height = canvas.width - left - right, canvas.height - top - bottom

    def x_of(size):
        span = math.log2(sizes[-1] / sizes[0]) or 1.0
        return left + width * math.log2(size / sizes[0]) / span

    def y_of(gigabytes):
        span = math.log(ticks[-1] / ticks[0]) or 1.0
        return top + height * (1 - math.log(gigabytes / ticks[0]) / span)

    for tick in ticks:
        canvas.line(left, y_of(tick), left + width, y_of(tick))
        canvas.text(left - 8, y_of(tick) + 4, f"{tick:g}", 12, "end")
    for size in sizes:
        canvas.line(x_of(size), top, x_of(size), top + height)
        canvas.text(x_of(size), top + height + 18, size_text(size), 12, "middle")
    canvas.text(left + width / 2, canvas.height - 10, "bytes of the tensor", 12, "middle")
    canvas.text(18, top + height / 2, "GB/s", 12, "middle", f'transform="rotate(-90 18 {top + height / 2:.1f})"')
    lowest = 0.0
    ends = sorted((y_of(line[-1][1] / 1e9), i) for i, (_, _, line) in enumerate(series))
    for y, i in ends:  # labels beside the ends of the curves, kept apart
        label, dashed, line = series[i]
        color = COLORS[i % len(COLORS)]
        canvas.curve([(x_of(size), y_of(rate / 1e9)) for size, rate in line], color, dashed)
        lowest = max(y, lowest + 16)
        canvas.text(left + width + 10, lowest + 4, label, 12, "start", f'fill="{color}"')
    return canvas.svg()


def bars_plot(bars, title):
    """bars: (label, values a second, role): "own", "truncates" or "plain", from the fastest on."""
    colors = {"own": COLORS[0], "truncates": COLORS[1], "plain": COLORS[5]}
    legend = (("own", "glorand"), ("truncates", "truncates as well"), ("plain", "does not truncate"))
    left, right, top, step = 300, 90, 70, 24
    canvas = Canvas(820, top + step * len(bars) + 20, title)
    most = max(value for _, value, _ in bars)
    for i, (role, text) in enumerate(legend):
        canvas.rectangle(left + 150 * i, 38, 12, 12, colors[role])
        canvas.text(left + 150 * i + 18, 48, text)
    for i, (label, value, role) in enumerate(bars):
        y = top + step * i
        length = (canvas.width - left - right) * value / most
        canvas.text(left - 8, y + 13, label, 12, "end")
        canvas.rectangle(left, y, max(length, 1), step - 6, colors[role])
        canvas.text(left + length + 6, y + 13, f"{value / 1e6:.0f}" if value >= 1e8 else f"{value / 1e6:.1f}")
    return canvas.svg()
