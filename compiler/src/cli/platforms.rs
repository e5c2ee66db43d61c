//! `fabc platforms`: what switches there are, and what optics and NICs.

use std::fmt::{Display, Write};

use fabc_lang::diagnostic::{Diagnostic, Findings, nearest};
use fabc_lang::platform::nic::Marking;
use fabc_lang::platform::{Catalog, Confidence, Fact, NicModel, Optic, OpticSpeed, built_in, nics, optics};
use fabc_lang::source::Sources;

use super::panel;
use super::screen::Screen;
use super::{Exit, Failure};
use crate::host::Stream;

/// List the switches, optics or NICs that fabc knows, or show the limits and the front panel of one switch
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show this one
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// List what may stand after `media`; ~ marks what is only likely
    #[arg(long, conflicts_with_all = ["name", "nics"])]
    optics: bool,
    /// List what may stand in `nic model=`; ~ marks what is only likely
    #[arg(long, conflicts_with = "name")]
    nics: bool,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let mut catalog = Catalog::new(&[], &mut findings);
    if args.optics || args.nics {
        let (sources, findings) = (&mut sources, &mut findings);
        let page = if args.optics {
            table(optics().filter_map(|n| catalog.optic(n, sources, findings)).flat_map(|o| optic(&o)))
        } else {
            table(nics().filter_map(|n| catalog.nic(n, sources, findings)).map(|n| nic(&n)))
        };
        screen.data(&page)?;
        return Ok(Exit::Clean);
    }
    let Some(name) = &args.name else {
        screen.data(&list(&mut catalog, &mut sources, &mut findings))?;
        return Ok(Exit::Clean);
    };
    if !built_in().any(|n| n == name) {
        let holding: Vec<&str> = built_in().filter(|known| known.contains(name.as_str())).take(6).collect();
        let hint = match nearest(name, built_in()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if holding.is_empty() => "`fabc platforms` lists all".to_owned(),
            None => format!("there are `{}`", holding.join("`, `")),
        };
        return Err(Failure::new(format!("there is no platform `{name}`; {hint}")));
    }
    match catalog.platform(name, None, &mut sources, &mut findings) {
        Some(platform) => screen.painted(&panel::page(&platform, screen.paper(Stream::Out)))?,
        None => {
            let reasons: Vec<&str> = findings.iter().map(|d: &Diagnostic| d.message.as_str()).collect();
            return Err(Failure::new(format!("internal error: {name}: {}", reasons.join("; "))));
        }
    }
    Ok(Exit::Clean)
}

/// Name, chip, cages and title of each switch.
fn list(catalog: &mut Catalog, sources: &mut Sources, findings: &mut Findings) -> String {
    table(built_in().filter_map(|name| catalog.platform(name, None, sources, findings)).map(|p| {
        let title = p.title.clone().unwrap_or_default();
        [p.name.clone(), p.asic.v.name.clone(), panel::cages(&p), title]
    }))
}

/// Name, speed, lanes towards the cage, connector, reach, power and title of an optic, by speed.
fn optic(optic: &Optic) -> Vec<[String; 7]> {
    let row = |at: &OpticSpeed| {
        let lanes = at.electrical.iter().map(|l| sure(l.confidence, format!("{}x{}", l.v.count, l.v.rate)));
        let connector = at.connector.as_ref().map(|c| match c.v.count {
            1 => sure(c.confidence, &c.v.name),
            n => sure(c.confidence, format!("{n}x {}", c.v.name)),
        });
        let reach = at.reach(false).map(|r| match &r.v.over {
            Some(fibre) => sure(r.confidence, format!("{} {fibre}", r.v.length)),
            None => sure(r.confidence, r.v.length),
        });
        let connector =
            connector.unwrap_or_else(|| if optic.is_integral() { "moulded on" } else { "" }.into());
        [
            optic.name.clone(),
            at.speed.to_string(),
            lanes.collect::<Vec<_>>().join(" or "),
            connector,
            reach.unwrap_or_default(),
            at.draw().map_or_else(String::new, |d| sure(d.confidence, d.v.max)),
            optic.title.clone().unwrap_or_default(),
        ]
    };
    optic.speeds.iter().map(row).collect()
}

/// Name, cards, default marks and title of a NIC.
fn nic(nic: &NicModel) -> [String; 5] {
    let cards = nic.ports.iter().map(|p| {
        let lanes = p.v.lanes.map_or_else(String::new, |lanes| format!("({lanes})"));
        let connector = p.v.connector.as_deref().map_or_else(String::new, |c| format!(" {c}"));
        sure(p.confidence, format!("{}x{}{lanes}{connector}", p.v.count, p.v.speed))
    });
    let mark = |what: &str, mark: &Option<Fact<Marking>>| {
        let Some(mark) = mark else { return String::new() };
        let priority = mark.v.priority.map_or_else(String::new, |p| format!(" priority {p}"));
        sure(mark.confidence, format!("{what} DSCP {}{priority}", mark.v.dscp))
    };
    let title = nic.title.clone().unwrap_or_default();
    let cards = cards.collect::<Vec<_>>().join(", ");
    [nic.name.clone(), cards, mark("RoCE", &nic.roce), mark("CNP", &nic.cnp), title]
}

/// A figure, marked where it is only likely.
fn sure(confidence: Confidence, figure: impl Display) -> String {
    if confidence.is_likely() { format!("~{figure}") } else { figure.to_string() }
}

/// Rows with their columns aligned.
fn table<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = rows.collect();
    let width = |i: usize| rows.iter().map(|r| r[i].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    rows.iter().fold(String::new(), |mut out, row| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, w)| format!("{cell:w$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
        out
    })
}
