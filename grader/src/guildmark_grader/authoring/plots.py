"""Pictures of a calibration: what each reference reached on each variant, and how its scores are spread."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from guildmark.errors import UsageError
from guildmark.i18n import _, in_language
from guildmark.packs.calibration import CalibrationRecord, Observation
from guildmark.packs.metric import MetricSpec
from guildmark.packs.model import Role, TaskSpec, text_in
from guildmark.packs.roles import ROLE_TITLES
from guildmark.rules.metric import METRIC_TITLES
from guildmark.rules.scoring import MAX_SCORE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _FAINT = "#1c2430", "#c9d0da"
_COLOURS = {Role.FULL: "#0b6e4f", Role.PARTIAL: "#c77d0a", Role.BASELINE: "#8a3b5c"}
_SHADES = ("#d9dee6", "#b9cbe0", "#8fb1d6", "#5f92c6", "#3a70ad", "#1d4e89")
_MARKS = "osD^vP"
_LEGEND = 5


def require_plots() -> None:
    """Raise `UsageError` where the library that draws is not installed: before hours of training, not after."""
    try:
        import matplotlib as _matplotlib  # noqa: F401, ICN001 - only whether it is there
    except ImportError as error:
        raise UsageError(
            _("Plots need matplotlib, which is not installed."),
            next_step=_("Run: pip install 'guildmark-grader[authoring]'"),
        ) from error


def plot_record(record: CalibrationRecord, task: TaskSpec, path: Path) -> None:
    """Draw `record` into the PNG file at `path`, in English: a pack has many readers, and the font has Latin letters alone."""
    with in_language("en"):
        _plot(record, task, path)


def _plot(record: CalibrationRecord, task: TaskSpec, path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.2), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    metrics, scores = figure.subplots(1, 2, width_ratios=(3, 2))
    solutions = _by_solution(record)
    _draw_metrics(metrics, solutions, task)
    _draw_scores(scores, solutions)
    figure.legend(
        *metrics.get_legend_handles_labels(), loc="outside lower center", ncols=_LEGEND, frameon=False, fontsize="small"
    )
    title = _("{task} ({form}): {count} variants")
    figure.suptitle(title.format(task=text_in(task.title, "en"), form=record.form, count=record.variants), color=_INK)
    figure.savefig(path, metadata={"Software": None})


def _by_solution(record: CalibrationRecord) -> dict[str, list[Observation]]:
    order = list(_COLOURS)
    found: dict[str, list[Observation]] = {}
    for one in sorted(record.observations, key=lambda one: (order.index(one.role), one.solution)):
        found.setdefault(one.solution, []).append(one)
    return found


def _draw_metrics(axes: "Axes", solutions: dict[str, list[Observation]], task: TaskSpec) -> None:
    """A point for each model, against the bands."""
    from matplotlib.ticker import MaxNLocator

    for score, threshold in enumerate(task.thresholds, start=1):
        axes.axhline(threshold, color=_FAINT, linewidth=1, zorder=0)
        axes.annotate(
            str(score), (1.01, threshold), xycoords=("axes fraction", "data"), va="center", color=_INK, annotation_clip=False
        )
    for place, (solution, observed) in enumerate(solutions.items()):
        graded = [one for one in observed if one.metric is not None]
        axes.scatter(
            [one.variant for one in graded],
            [one.metric or 0.0 for one in graded],
            s=26,
            marker=_MARKS[place % len(_MARKS)],
            color=_COLOURS[observed[0].role],
            alpha=0.8,
            label=_("{solution} ({role})").format(solution=_name(solution), role=_(ROLE_TITLES[observed[0].role])),
        )
    axes.set_xlabel(_("variant"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel(_metric_label(task.metric))
    if task.thresholds[0] > task.thresholds[-1]:
        axes.invert_yaxis()  # better is higher, for errors too
    axes.spines[["top", "right"]].set_visible(False)


def _metric_label(metric: MetricSpec) -> str:
    title = _(METRIC_TITLES[metric.name])
    return _("{metric} ({unit})").format(metric=title, unit=metric.unit) if metric.unit else title


def _name(solution: str) -> str:
    return solution.removesuffix(".py")


def _draw_scores(axes: "Axes", solutions: dict[str, list[Observation]]) -> None:
    """The share of each score, a bar for each reference."""
    for row, observed in enumerate(solutions.values()):
        counts, start = Counter(one.score or 0 for one in observed), 0.0
        for score in range(MAX_SCORE + 1):
            share = counts[score] / len(observed)
            if share:
                axes.barh(row, share, left=start, color=_SHADES[score], edgecolor="white")
                shade = "white" if score > MAX_SCORE // 2 else _INK
                axes.text(start + share / 2, row, f"{score}", ha="center", va="center", color=shade)
            start += share
    axes.set_yticks(range(len(solutions)), [_name(solution) for solution in solutions])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks((0, 1 / 2, 1), ("0", "½", "1"))
    axes.set_xlabel(_("share of models with each score"))
    axes.spines[["top", "right"]].set_visible(False)
