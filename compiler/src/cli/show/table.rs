//! Tables for a terminal: aligned, and never wider than it is.

use crate::tame;

/// Blanks between two columns.
const GAP: usize = 2;
/// Columns below which a table is no table.
const LEAST: usize = 6;

/// Rows under titled columns.
#[derive(Debug)]
pub(in crate::cli) struct Table {
    /// Titles; those of figures, which stand to the right, are marked.
    columns: Vec<(&'static str, bool)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows. A title that begins with `>` is one of figures.
    pub(in crate::cli) fn new(titles: &[&'static str]) -> Self {
        let column = |title: &&'static str| (title.trim_start_matches('>'), title.starts_with('>'));
        Table { columns: titles.iter().map(column).collect(), rows: Vec::new() }
    }

    /// Adds a row, a cell for each column.
    pub(in crate::cli) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| tame::line(&cell).into_owned()).collect());
    }

    /// All of it behind `indent` blanks. Columns that don't fit into `width` stand below, after the first one again; a
    /// cell that is wider alone is cut. Columns in which nothing stands are left out.
    pub(in crate::cli) fn render(&self, indent: usize, width: Option<usize>) -> String {
        let room = width.map_or(usize::MAX, |w| w.saturating_sub(indent).max(LEAST));
        let cell = |row: &Vec<String>, i: usize| row.get(i).map_or(0, |c| c.chars().count());
        let widest = |i: usize| self.rows.iter().map(|r| cell(r, i)).max().unwrap_or(0);
        let full = |i: usize| widest(i).max(self.columns.get(i).map_or(0, |c| c.0.chars().count()));
        let filled: Vec<usize> = (0..self.columns.len()).filter(|&i| widest(i) > 0).collect();
        let Some((&first, rest)) = filled.split_first() else { return String::new() };
        let key = full(first).min((room / 2).max(1));
        let mut parts: Vec<Vec<(usize, usize)>> = vec![vec![(first, key)]];
        let mut taken = key;
        for &i in rest {
            let wide = full(i).min(room.saturating_sub(key + GAP).max(1));
            if taken + GAP + wide > room {
                parts.push(vec![(first, key)]);
                taken = key;
            }
            taken += GAP + wide;
            if let Some(part) = parts.last_mut() {
                part.push((i, wide));
            }
        }
        let parts: Vec<String> = parts.iter().map(|part| self.part(part, indent)).collect();
        parts.join("\n")
    }

    /// Some of the columns, each with its width.
    fn part(&self, columns: &[(usize, usize)], indent: usize) -> String {
        let titles: Vec<String> = self.columns.iter().map(|c| c.0.to_owned()).collect();
        let mut out = String::new();
        for row in std::iter::once(&titles).chain(&self.rows) {
            let cells = columns.iter().map(|&(i, wide)| {
                let text = cut(row.get(i).map_or("", String::as_str), wide);
                if self.columns.get(i).is_some_and(|c| c.1) {
                    format!("{text:>wide$}")
                } else {
                    format!("{text:wide$}")
                }
            });
            let line = format!("{:indent$}{}", "", cells.collect::<Vec<_>>().join("  "));
            out += line.trim_end();
            out.push('\n');
        }
        out
    }
}

/// The text, with `…` for what is beyond `wide` characters.
pub(in crate::cli) fn cut(text: &str, wide: usize) -> String {
    if text.chars().count() <= wide {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(wide.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports() -> Table {
        let mut table = Table::new(&["port", ">lanes", "empty", "peer"]);
        table.row(["Ethernet0", "8", "", "spine-01:etp1"].map(str::to_owned));
        table.row(["Ethernet512", "16", "", "unused"].map(str::to_owned));
        table
    }

    #[test]
    fn columns_are_aligned_and_empty_ones_left_out() {
        let text =
            "  port         lanes  peer\n  Ethernet0        8  spine-01:etp1\n  Ethernet512     16  unused\n";
        assert_eq!(ports().render(2, None), text);
        assert_eq!(ports().render(2, Some(35)), text);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let split = "port         lanes\nEthernet0        8\nEthernet512     16\n\nport         peer\nEthernet0    spine-01:etp1\nEthernet512  unused\n";
        assert_eq!(ports().render(0, Some(30)), split);
        for width in 1..60 {
            let text = ports().render(2, Some(width));
            assert!(text.lines().all(|l| l.chars().count() <= width.max(2 + LEAST)), "{width}:\n{text}");
        }
    }
}
