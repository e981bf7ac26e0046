"""Holds every metric to mattes whose answer is known: python3 benches/quality/test_score.py"""

import math
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import score


def square(side=200, low=50, high=150):
    """A square subject, alpha 1, on nothing."""
    truth = np.zeros((side, side), np.float32)
    truth[low:high, low:high] = 1
    return truth


def close(value, expected, tolerance=1e-6):
    assert abs(value - expected) <= tolerance, f"{value} instead of {expected}"


def test_the_truth_itself_has_no_error():
    truth = square()
    found = score.regions(truth)
    assert score.absolute_error(truth, truth) == 0
    assert score.squared_error(truth, truth) == 0
    assert score.band_error(truth, truth, found["band"]) == 0
    assert score.gradient_error(truth, score.gradient_size(truth)) == 0
    assert score.connectivity_error(truth, truth) == 0
    assert score.holes(truth, found["inside"]) == 0
    assert score.halo(truth, found["outside"]) == 0


def test_absolute_and_squared_error_are_means_over_all_pixels():
    truth = square()
    alpha = truth * np.float32(0.5)
    # A quarter of the pixels is off by a half.
    close(score.absolute_error(alpha, truth), 0.125)
    close(score.squared_error(alpha, truth), 0.0625)


def test_the_band_reaches_ten_pixels_at_1024_to_either_side():
    truth = np.zeros((40, 1024), np.float32)
    truth[:, 512:] = 1
    band = score.regions(truth)["band"]
    # Columns 511 and 512 are the contour; ten more on either side of them.
    assert np.flatnonzero(band[20]).tolist() == list(range(501, 523))
    # Twice the size, twice the reach.
    truth = np.zeros((40, 2048), np.float32)
    truth[:, 1024:] = 1
    assert np.flatnonzero(score.regions(truth)["band"][20]).tolist() == list(range(1003, 1045))


def test_the_band_error_sees_only_the_band():
    truth = np.zeros((40, 1024), np.float32)
    truth[:, 512:] = 1
    band = score.regions(truth)["band"]
    alpha = truth.copy()
    alpha[:, 900:] = 0
    assert score.band_error(alpha, truth, band) == 0
    alpha[:, 512:514] = 0
    close(score.band_error(alpha, truth, band), 2 / 22)


def test_a_border_of_the_photo_is_no_contour():
    truth = np.ones((64, 64), np.float32)
    found = score.regions(truth)
    assert not found["band"].any() and not found["soft"].any() and found["inside"].all()
    assert math.isnan(score.band_error(truth, truth, found["band"]))
    assert math.isnan(score.halo(truth, found["outside"]))


def test_holes_are_counted_deep_inside_only():
    truth = square(1024, 200, 800)
    inside = score.regions(truth)["inside"]
    # The nearest pixel outside is more than ten away.
    assert inside[500, 210] and not inside[500, 209]
    alpha = truth.copy()
    # At the rim: no hole.
    alpha[200:205, 200:205] = 0
    assert score.holes(alpha, inside) == 0
    alpha[400:500, 400:500] = 0.89
    alpha[600:700, 600:700] = 0.91
    close(score.holes(alpha, inside), 10_000 / inside.sum())


def test_a_halo_is_counted_wherever_nothing_is():
    truth = square()
    truth[49, 50:150] = 0.02
    outside = score.regions(truth)["outside"]
    assert outside.sum() == 200 * 200 - 100 * 100 - 100
    alpha = truth.copy()
    alpha[49] = 1
    alpha[0, :] = 0.11
    alpha[1, :] = 0.09
    close(score.halo(alpha, outside), 300 / outside.sum())


def test_the_gradient_of_a_missed_edge_is_the_edges_own():
    truth = np.zeros((100, 1024), np.float32)
    truth[:, 512:] = 1
    # ∫ (Gaussian)² = 1 / (2 σ √π) for each pixel of the contour's length.
    expected = 100 / (2 * score.SIGMA * math.sqrt(math.pi)) / 1000
    missed = score.gradient_error(np.zeros_like(truth), score.gradient_size(truth))
    close(missed, expected, 0.03 * expected)


def test_the_gradient_does_not_grow_with_the_photo():
    small, large = np.zeros((256, 1024), np.float32), np.zeros((512, 2048), np.float32)
    small[:, 512:], large[:, 1024:] = 1, 1
    figures = [score.gradient_error(np.zeros_like(truth), score.gradient_size(truth)) for truth in (small, large)]
    close(figures[0], figures[1], 0.01 * figures[0])


def test_connectivity_counts_what_hangs_apart():
    truth = np.zeros((100, 100), np.float32)
    truth[:, :40] = 1
    alpha = truth.copy()
    # A false island: not in both, so it hangs together with nothing; degree 0 against 1.
    alpha[40:50, 80:90] = 1
    close(score.connectivity_error(alpha, truth), 100 / 10_000)
    # A veil below what is forgiven does not count.
    alpha = truth.copy()
    alpha[:, 60:] = 0.14
    close(score.connectivity_error(alpha, truth), 0)
    # A part that is cut off from the larger one counts as missing in the estimate and in the truth: the truth's
    # own degree falls to 0 there while the estimate's, alpha 0.5 above level 0, is 0.5.
    truth = np.ones((10, 100), np.float32)
    alpha = truth.copy()
    alpha[:, 70:72] = 0
    alpha[:, 72:] = 0.5
    # The gap of 2 columns: estimate 0 (degree 1), truth 1 (degree 0). The rest of 28 columns: |0.5 − 0|.
    close(score.connectivity_error(alpha, truth), (2 * 1 + 28 * 0.5) / 100)


def test_colour_errors_are_those_of_the_composites():
    alpha, truth = np.array([0.5], np.float32), np.array([0.5], np.float32)
    own, foreground = np.array([[0.6, 0.6, 0.6]], np.float32), np.array([[0.2, 0.2, 0.2]], np.float32)
    # The backdrop shows through alike; half of 0.4 is left.
    close(score.colour_error(alpha, own, truth, foreground, (1, 1, 1)), 0.2)
    close(score.colour_error(alpha, own, truth, foreground, (0, 0, 0)), 0.2)
    # Right colours, alpha off by a half: half of what lies between subject and backdrop.
    close(score.colour_error(np.array([1.0], np.float32), foreground, truth, foreground, (1, 1, 1)), 0.4)
    close(score.colour_error(np.array([1.0], np.float32), foreground, truth, foreground, (0, 0, 0)), 0.1)


def test_the_strong_colour_is_the_farthest():
    truth = np.ones((2, 2), np.float32)
    assert score.strong_colour(truth, np.full((2, 2, 3), (0.9, 0.1, 0.1), np.float32)) == "cyan"
    assert score.strong_colour(truth, np.full((2, 2, 3), (0.1, 0.9, 0.1), np.float32)) == "magenta"


def test_a_photo_is_scored_from_files():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = square()
        truth[49, 50:150] = 0.5
        foreground = np.zeros((200, 200, 3), np.uint8)
        foreground[...] = (200, 40, 40)
        blended = truth[..., None] * foreground + (1 - truth[..., None]) * 255
        Image.fromarray(np.rint(blended).astype(np.uint8)).save(folder / "photo.png")
        Image.fromarray(foreground).save(folder / "foreground.png")
        stored = np.rint(truth * 255).astype(np.uint8)
        Image.fromarray(stored).save(folder / "mask.png")
        exact = np.dstack([foreground, stored])
        Image.fromarray(exact).save(folder / "exact.png")
        row = {"id": "x", "file": "photo.png", "mask": "mask.png", "foreground": "foreground.png"}
        cutouts = [("exact", folder / "exact.png"), ("plain", folder / "mask.png")]
        stem, scores = score.score_photo((name, row, cutouts, False))
        assert stem == "x" and set(scores["exact"]) == set(score.METRICS)
        assert all(value < 1e-3 for value in scores["exact"].values()), scores["exact"]
        # The same alpha with the photo's colours, half backdrop: a fringe that any backdrop shows alike.
        assert scores["plain"]["mae"] == 0 and scores["plain"]["black"] > 1
        close(scores["plain"]["black"], scores["plain"]["white"], 1e-3)
        # Without true colours only pixels that are all subject or all backdrop are judged, and those are right.
        del row["foreground"]
        _, scores = score.score_photo((name, row, cutouts[1:], True))
        assert scores["plain"]["black"] == 0 and "gradient" not in scores["plain"]


def test_ratios_and_the_check_by_photo():
    scores = {
        "a": {"u2netp": {"band": 100.0}, "isnet": {"band": 50.0}, "best": {"band": 56.0}},
        "b": {"u2netp": {"band": 40.0}, "isnet": {"band": 90.0}, "best": {"band": 43.0}},
    }
    means = score.means_of(scores, ["a", "b"], ["u2netp", "isnet", "best"], ["band"])
    assert means["isnet"]["band"] == 70 and means["u2netp"]["band"] == 70
    found = score.above_tolerated(scores, ["a", "b"], "best", ["u2netp", "isnet"])
    assert found == [("a", 56.0, 50.0)]
    assert score.check_targets(means, "best", ["band"], ["u2netp", "isnet"])[0].endswith("at most 0.75: met")
    assert math.isnan(score.average([math.nan])) and score.average([1.0, math.nan]) == 1.0
    assert score.ratio(0.0, 0.0) == 0 and score.ratio(1.0, 0.0) == math.inf


def main():
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    for test in tests:
        test()
    print(f"{len(tests)} passed, 0 failed")


if __name__ == "__main__":
    main()
