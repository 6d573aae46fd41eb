"""Plots by matplotlib, as SVG. The same data give the same bytes: no date, and identifiers from a fixed salt. Text stays
text, in the reader's own sans-serif; the ground is white, so that pages may be dark."""

import io
import re

COLORS = ("#0b62a4", "#d1495b", "#3a9a5b", "#8e5ea2", "#e08e0b", "#777777", "#222222")
SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "glorand", "font.family": "sans-serif", "font.size": 9,
            "axes.spines.top": False, "axes.spines.right": False}


def is_possible():
    """Whether matplotlib is there."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True


def size_text(size):
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} B"


def draw(width, height, source, fill):
    """SVG of a figure that `fill` draws into its axes. source: what the data are, kept in the file's description."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(width, height), facecolor="white", layout="constrained")
        fill(figure.subplots())
        out = io.StringIO()
        FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": "matplotlib", "Description": source})
    svg = re.sub(r"(font: [^;\"]*?px|font-family:) [^;\"]*", r"\1 sans-serif", out.getvalue())
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def rates_plot(series, title, source):
    """series: (label, dashed, [(bytes, bytes a second)]), over logarithmic axes."""
    def fill(axes):
        for i, (label, dashed, line) in enumerate(series):
            axes.plot([size for size, _ in line], [rate / 1e9 for _, rate in line], marker="o", markersize=3,
                      color=COLORS[i % len(COLORS)], linestyle="--" if dashed else "-", label=label)
        sizes = sorted({size for _, _, line in series for size, _ in line})
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks(sizes, [size_text(size) for size in sizes])
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set(title=title, xlabel="bytes of the tensor", ylabel="GB/s")
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return draw(8.2, 4.4, source, fill)


def bars_plot(bars, title, source):
    """bars: (label, values a second, role): "own", "truncates" or "plain", from the fastest on."""
    colors = {"own": COLORS[0], "truncates": COLORS[1], "plain": COLORS[5]}
    legend = (("own", "glorand"), ("truncates", "truncates as well"), ("plain", "does not truncate"))

    def fill(axes):
        for role, text in legend:
            chosen = [(i, value / 1e6) for i, (_, value, of) in enumerate(bars) if of == role]
            drawn = axes.barh([i for i, _ in chosen], [value for _, value in chosen], color=colors[role], label=text)
            axes.bar_label(drawn, [f"{value:.0f}" if value >= 100 else f"{value:.1f}" for _, value in chosen], padding=3)
        axes.set_yticks(range(len(bars)), [label for label, _, _ in bars])
        axes.invert_yaxis()
        axes.margins(x=0.08)
        axes.set(title=title, xlabel="million values a second")
        axes.legend(loc="lower right", frameon=False)
    return draw(8.2, 1.2 + 0.26 * len(bars), source, fill)
