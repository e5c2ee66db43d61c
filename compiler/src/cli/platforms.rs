//! `fabc platforms`: what switches there are.

use std::fmt::Write;

use fabc_lang::diagnostic::{Diagnostic, Findings, nearest};
use fabc_lang::platform::{Catalog, built_in};
use fabc_lang::source::Sources;

use super::panel;
use super::screen::Screen;
use super::{Exit, Failure};
use crate::host::Stream;

/// List the switches that fabc knows, or show the limits and the front panel of one
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show this one
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let mut catalog = Catalog::new(&[], &mut findings);
    let Some(name) = &args.name else {
        screen.data(&list(&mut catalog, &mut sources, &mut findings))?;
        return Ok(Exit::Clean);
    };
    if !built_in().any(|n| n == name) {
        let hint = nearest(name, built_in()).map_or_else(
            || "`fabc platforms` lists all".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure::new(format!("there is no platform `{name}`; {hint}")));
    }
    match catalog.platform(name, None, &mut sources, &mut findings) {
        Some(platform) => screen.data(&panel::page(&platform, screen.paper(Stream::Out)))?,
        None => {
            let reasons: Vec<&str> = findings.iter().map(|d: &Diagnostic| d.message.as_str()).collect();
            return Err(Failure::new(format!("internal error: {name}: {}", reasons.join("; "))));
        }
    }
    Ok(Exit::Clean)
}

/// Name, chip, cages and title of each.
fn list(catalog: &mut Catalog, sources: &mut Sources, findings: &mut Findings) -> String {
    let rows: Vec<[String; 4]> = built_in()
        .filter_map(|name| catalog.platform(name, None, sources, findings))
        .map(|p| {
            let title = p.title.clone().unwrap_or_default();
            [p.name.clone(), p.asic.v.name.clone(), panel::cages(&p), title]
        })
        .collect();
    let width = |i: usize| rows.iter().map(|r| r[i].chars().count()).max().unwrap_or(0);
    let (a, b, c) = (width(0), width(1), width(2));
    rows.iter().fold(String::new(), |mut out, [name, chip, cages, title]| {
        let _ = writeln!(out, "{}", format!("{name:a$}  {chip:b$}  {cages:c$}  {title}").trim_end());
        out
    })
}
