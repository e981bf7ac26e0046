//! What was measured, as rows; the tables made of them; and the figures that they are held against.

use std::fmt::Write as _;

use serde::Deserialize;

/// One contestant at one workload: what `benches/browser/src/bench.ts` and the scripts of `benches/native` write.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Row {
    /// Which of the tables it belongs to.
    pub(crate) workload: String,
    pub(crate) name: String,
    /// The package and version that it was measured with; `ours`.
    pub(crate) package: String,
    /// Milliseconds to the first answer, from nothing; one for each time that it was begun afresh.
    pub(crate) first: Vec<f64>,
    /// Milliseconds of each further answer.
    pub(crate) warm: Vec<f64>,
    /// Bytes that the first answer fetched, as they were sent; 0 where nothing is.
    pub(crate) fetched: u64,
    /// Most memory, MiB.
    pub(crate) memory: Option<f64>,
    /// Mean of the mask or of the picture's alpha, 0 to 1.
    pub(crate) covered: Option<f64>,
    /// Billions of operations a second that its adapter or framework reaches at most, as it measured itself.
    pub(crate) peak: Option<f64>,
    /// Why there is no answer.
    pub(crate) failure: Option<String>,
}

/// The middle of some times; of an even number, the mean of the two in the middle.
pub(crate) fn median(times: &[f64]) -> Option<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    Some(if sorted.len() % 2 == 1 { upper } else { (upper + sorted[sorted.len() / 2 - 1]) / 2.0 })
}

impl Row {
    /// A row without an answer, in words.
    pub(crate) fn failed(workload: &str, name: &str, package: &str, failure: impl Into<String>) -> Self {
        Self {
            workload: workload.to_owned(),
            name: name.to_owned(),
            package: package.to_owned(),
            failure: Some(failure.into()),
            ..Self::default()
        }
    }

    /// The median time of a further answer, or of the first where there was no further one, in milliseconds.
    pub(crate) fn time(&self) -> Option<f64> {
        median(&self.warm).or_else(|| median(&self.first))
    }
}

/// Which answers a table compares with ours in its last column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Further answers.
    Warm,
    /// First answers.
    First,
}

/// A table in Markdown; the last column says how many times as long as ours a row took.
pub(crate) fn table(rows: &[Row], compared: Compared) -> String {
    let any = |has: fn(&Row) -> bool| rows.iter().any(has);
    let warm = any(|row| !row.warm.is_empty());
    let fetched = any(|row| row.fetched > 0);
    let memory = any(|row| row.memory.is_some());
    let covered = any(|row| row.covered.is_some());
    let peak = any(|row| row.peak.is_some());
    let of = |row: &Row| match compared {
        Compared::Warm => row.time(),
        Compared::First => median(&row.first),
    };
    let ours = rows.first().and_then(of);

    let mut columns = vec!["", "package", "first answer", "range"];
    columns.extend(if warm { &["further answers", "range"][..] } else { &[] });
    columns.extend(peak.then_some("peak GFLOP/s"));
    columns.extend(fetched.then_some("fetched"));
    columns.extend(memory.then_some("peak memory"));
    columns.extend(covered.then_some("mean alpha"));
    columns.push(match compared {
        Compared::Warm => "times ours",
        Compared::First => "first, times ours",
    });
    let mut text =
        format!("| {} |\n| --- | --- |{}\n", columns.join(" | "), " ---: |".repeat(columns.len() - 2));
    for row in rows {
        let mut cells = vec![row.name.clone(), row.package.clone()];
        if let Some(failure) = &row.failure {
            cells.push(failure.clone());
            cells.resize(columns.len(), String::new());
        } else {
            for times in [&row.first, &row.warm].into_iter().take(if warm { 2 } else { 1 }) {
                cells.push(median(times).map_or_else(String::new, milliseconds));
                cells.push(range(times));
            }
            let number = |value: Option<f64>, digits: usize| {
                value.map_or_else(String::new, |value| format!("{value:.digits$}"))
            };
            if peak {
                cells.push(number(row.peak, 1));
            }
            if fetched {
                cells.push(if row.fetched > 0 {
                    format!("{:.2} MB", row.fetched as f64 / 1e6)
                } else {
                    String::new()
                });
            }
            if memory {
                cells.push(row.memory.map_or_else(String::new, |mebibytes| format!("{mebibytes:.0} MiB")));
            }
            if covered {
                cells.push(number(row.covered, 3));
            }
            cells.push(number(of(row).zip(ours).map(|(time, ours)| time / ours), 2));
        }
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

fn milliseconds(time: f64) -> String {
    if time < 9.95 { format!("{time:.1} ms") } else { format!("{time:.0} ms") }
}

fn range(times: &[f64]) -> String {
    let smallest = times.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = times.iter().copied().fold(0.0, f64::max);
    match times.len() {
        0 => String::new(),
        1 => "once".to_owned(),
        _ => format!(
            "{}–{}",
            milliseconds(smallest).trim_end_matches(" ms"),
            milliseconds(largest).trim_end_matches(" ms")
        ),
    }
}

/// On which side of its limit a figure must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// A figure that the project has set itself.
#[derive(Debug)]
pub(crate) struct Figure {
    /// What is compared, with the names of both sides.
    pub(crate) what: String,
    /// Absent where a side gave no answer.
    pub(crate) value: Option<f64>,
    pub(crate) limit: Limit,
}

impl Figure {
    /// Whether it holds; a figure without a value does not.
    pub(crate) fn met(&self) -> bool {
        self.value.is_some_and(|value| match self.limit {
            Limit::AtMost(limit) => value <= limit,
            Limit::AtLeast(limit) => value >= limit,
        })
    }
}

/// The figures as a table in Markdown.
pub(crate) fn figures(figures: &[Figure]) -> String {
    let mut text = String::from("| figure | wanted | measured | |\n| --- | ---: | ---: | --- |\n");
    for figure in figures {
        let wanted = match figure.limit {
            Limit::AtMost(limit) => format!("≤ {}", short(limit)),
            Limit::AtLeast(limit) => format!("≥ {}", short(limit)),
        };
        let (value, verdict) = match figure.value {
            Some(value) => (short(value), if figure.met() { "met" } else { "**missed**" }),
            None => ("–".to_owned(), "not measured"),
        };
        let _ = writeln!(text, "| {} | {wanted} | {value} | {verdict} |", figure.what);
    }
    text
}

/// Three digits that count.
fn short(value: f64) -> String {
    let digits = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{value:.digits$}");
    if digits > 0 && text.ends_with('0') && value.fract() == 0.0 { format!("{value:.0}") } else { text }
}

/// What one row took of another's time or memory.
pub(crate) fn ratio(ours: Option<f64>, peer: Option<f64>) -> Option<f64> {
    Some(ours? / peer?).filter(|ratio| ratio.is_finite())
}

/// Puts `text` between the two markers of a part of a document.
///
/// Gives nothing where the document lacks one of them.
pub(crate) fn replaced(document: &str, part: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- {part}: begin -->\n");
    let end = format!("<!-- {part}: end -->");
    let from = document.find(&begin)? + begin.len();
    let to = from + document[from..].find(&end)?;
    Some(format!("{}\n{}\n\n{}", &document[..from], text.trim(), &document[to..]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn row(name: &str, first: &[f64], warm: &[f64]) -> Row {
        Row { name: name.to_owned(), first: first.to_vec(), warm: warm.to_vec(), ..Row::default() }
    }

    #[test]
    fn a_median_is_the_middle_or_the_mean_of_the_two_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 100.0]), Some(3.0));
    }

    #[test]
    fn a_table_compares_with_its_first_row_and_tells_failures_in_words() {
        let rows = [
            row("ours", &[100.0], &[50.0, 40.0, 60.0]),
            row("peer", &[300.0], &[150.0]),
            Row::failed("", "other", "other 1.0", "no answer in 300 s"),
        ];
        let text = table(&rows, Compared::Warm);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "|  | package | first answer | range | further answers | range | times ours |");
        assert_eq!(lines[2], "| ours |  | 100 ms | once | 50 ms | 40–60 | 1.00 |");
        assert_eq!(lines[3], "| peer |  | 300 ms | once | 150 ms | once | 3.00 |");
        assert_eq!(lines[4], "| other | other 1.0 | no answer in 300 s |  |  |  |  |");
        assert!(lines.iter().all(|line| line.matches('|').count() == lines[0].matches('|').count()));
    }

    #[test]
    fn a_figure_without_a_value_is_not_met_and_says_that_it_was_not_measured() {
        let of = |value, limit| Figure { what: "it".to_owned(), value, limit };
        assert!(of(Some(0.33), Limit::AtMost(1.0 / 3.0)).met());
        assert!(!of(Some(0.34), Limit::AtMost(1.0 / 3.0)).met());
        assert!(of(Some(3.0), Limit::AtLeast(3.0)).met());
        assert!(!of(None, Limit::AtMost(1.0)).met());
        let text = figures(&[of(None, Limit::AtMost(0.25)), of(Some(2.5), Limit::AtLeast(3.0))]);
        assert!(text.contains("| it | ≤ 0.25 | – | not measured |"), "{text}");
        assert!(text.contains("| it | ≥ 3 | 2.50 | **missed** |"), "{text}");
    }

    #[test]
    fn only_what_lies_between_a_parts_markers_is_replaced() {
        let document =
            "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n<!-- y: begin -->\nkept\n<!-- y: end -->\n";
        let new = replaced(document, "x", "new\n").unwrap();
        assert_eq!(new, document.replace("old", "\nnew\n"));
        assert_eq!(replaced(&new, "x", "new").unwrap(), new, "the second time changes nothing");
        assert_eq!(replaced(document, "z", "new"), None);
    }
}
