//! Medians, ratios and goals.

use std::fmt;
use std::time::Duration;

use crate::measure::Usage;

/// What a figure should be at most.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    None,
    /// So many times the yardstick's wall time, in no more than [`MEMORY`].
    Ratio(f64),
    /// So many milliseconds.
    Millis(u32),
}

/// The most memory that a build should hold.
const MEMORY: u64 = 64 << 20;

struct Row {
    name: String,
    goal: Goal,
    runs: Vec<Usage>,
}

/// Figures by name, in the order in which the names first came.
pub(crate) struct Table {
    yardstick: Option<&'static str>,
    rows: Vec<Row>,
}

impl Table {
    /// `yardstick` names the row that the others are compared with.
    pub(crate) fn new(yardstick: Option<&'static str>) -> Self {
        Table { yardstick, rows: Vec::new() }
    }

    /// A run of what `name` says.
    pub(crate) fn add(&mut self, name: &str, goal: Goal, usage: Usage) {
        match self.rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.runs.push(usage),
            None => self.rows.push(Row { name: name.to_owned(), goal, runs: vec![usage] }),
        }
    }

    /// How often everything has run.
    pub(crate) fn rounds(&self) -> usize {
        self.rows.iter().map(|row| row.runs.len()).min().unwrap_or(0)
    }
}

impl Row {
    fn median<T: Ord + Copy>(&self, figure: impl Fn(&Usage) -> T) -> Option<T> {
        let mut all: Vec<T> = self.runs.iter().map(figure).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied()
    }

    fn wall(&self) -> Duration {
        self.median(|run| run.wall).unwrap_or_default()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yardstick = self.yardstick.and_then(|name| self.rows.iter().find(|row| row.name == name));
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        write!(f, "{:width$}  {:>9}  {:>9}  {:>8}", "", "wall ms", "CPU ms", "RSS MiB")?;
        if let Some(name) = self.yardstick {
            write!(f, "  {:>7}", format!("/ {name}"))?;
        }
        writeln!(f, "  goal")?;
        for row in &self.rows {
            let millis = |time: Duration| time.as_secs_f64() * 1e3;
            let wall = row.wall();
            let cpu = millis(row.median(|run| run.cpu).unwrap_or_default());
            let memory = row.median(|run| run.memory).unwrap_or(0);
            let mib = memory as f64 / f64::from(1 << 20);
            write!(f, "{:width$}  {:>9.1}  {cpu:>9.1}  {mib:>8.1}", row.name, millis(wall))?;
            let ratio = yardstick.map(|row| wall.as_secs_f64() / row.wall().as_secs_f64());
            if let Some(ratio) = ratio {
                write!(f, "  {ratio:>7.2}")?;
            }
            let missed = |missed: bool| if missed { ", missed" } else { "" };
            match (row.goal, ratio) {
                (Goal::Ratio(most), Some(ratio)) => {
                    let missed = missed(ratio > most || memory > MEMORY);
                    writeln!(f, "  {most}, {} MiB{missed}", MEMORY >> 20)?;
                }
                (Goal::Millis(most), _) => {
                    writeln!(f, "  {most} ms{}", missed(wall > Duration::from_millis(most.into())))?;
                }
                _ => writeln!(f)?,
            }
        }
        Ok(())
    }
}
