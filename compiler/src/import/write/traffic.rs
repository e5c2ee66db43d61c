//! Classes, what is done with them, and what is seen of them.

use std::fmt::Write;

use super::{Out, length, quote, size, speed};
use crate::import::model::{Class, Model, Telemetry};

pub(super) fn traffic(model: &Model, out: &mut Out) {
    if !model.classes.is_empty() {
        out.gap();
        out.line("// Names of classes are in no file: these are made up.");
    }
    model.classes.iter().for_each(|of| class(of, out));
    if let Some((detect, restore, action)) = &model.watchdog {
        out.line(&format!("watchdog detect=\"{detect}ms\" restore=\"{restore}ms\" action={}", quote(action)));
    }
    if let Some((classes, to, dscp, of)) = &model.trimming {
        let classes: Vec<String> = classes.iter().map(|name| quote(name)).collect();
        let (classes, to, of) = (classes.join(" "), quote(to), size(*of));
        out.line(&format!("trimming {classes} to={to} dscp={dscp} size={of}"));
    }
    if !model.pools.is_empty() || !model.measured.is_empty() {
        out.gap();
        out.open("buffers");
        for (name, (whole, xoff)) in &model.pools {
            let mut line = format!("pool {}", quote(name));
            let words = [("size", whole), ("xoff", xoff)];
            for (word, value) in words {
                if let Some(value) = value {
                    let _ = write!(line, " {word}=\"{value}B\"");
                }
            }
            out.line(&line);
        }
        for ((mbps, mm), xoff) in &model.measured {
            out.line(&format!("measured speed={} length={} xoff=\"{xoff}B\"", speed(*mbps), length(*mm)));
        }
        out.close();
    }
    if model.hash || model.qpn || model.wcmp || model.adaptive.is_some() {
        out.gap();
        out.open("load-balancing");
        if model.hash || model.qpn {
            out.line(if model.qpn { "hash qpn=#true" } else { "hash" });
        }
        if let Some(mode) = model.adaptive {
            out.line(&format!("adaptive mode={}", quote(mode)));
        }
        if model.wcmp {
            out.line("wcmp");
        }
        out.close();
    }
}

pub(super) fn telemetry(of: &Telemetry, out: &mut Out) {
    if of.gnmi.is_none() && of.watermarks.is_none() && of.frequent.is_none() {
        return;
    }
    out.gap();
    out.open("telemetry");
    if let Some((line, certificates)) = &of.gnmi {
        let list: Vec<String> =
            certificates.iter().map(|(word, path)| format!("{word}={}", quote(path))).collect();
        let block: Vec<String> =
            if list.is_empty() { Vec::new() } else { vec![format!("certificates {}", list.join(" "))] };
        out.node(&format!("gnmi{line}"), &block);
    }
    if let Some(ms) = of.watermarks {
        out.line(&format!("watermarks interval=\"{ms}ms\""));
    }
    if let Some((us, words)) = &of.frequent {
        let words: String = words.iter().map(|(word, value)| format!(" {word}={}", quote(value))).collect();
        out.line(&format!("high-frequency interval=\"{us}us\"{words}"));
    }
    out.close();
}

fn class(of: &Class, out: &mut Out) {
    let mut head = format!("class {}", quote(&of.name));
    if let [one] = of.dscps.as_slice() {
        let _ = write!(head, " dscp={one}");
    }
    let _ = write!(head, " priority={}", of.priority);
    if of.lossless {
        head.push_str(" lossless=#true");
    }
    if of.default {
        head.push_str(" default=#true");
    }
    let mut block = Vec::new();
    if of.dscps.len() > 1 {
        let list: Vec<String> = of.dscps.iter().map(u8::to_string).collect();
        block.push(format!("dscp {}", list.join(" ")));
    }
    match of.weight {
        Some(Some(weight)) => block.push(format!("schedule weight={weight}")),
        Some(None) => block.push("schedule strict=#true".to_owned()),
        None => {}
    }
    for ecn in &of.ecn {
        let mut line = format!("ecn min={} max={}", size(ecn.min), size(ecn.max));
        let _ = write!(line, " probability={}", ecn.probability);
        if let Some(of) = ecn.speed {
            let _ = write!(line, " {}={}", if ecn.scale { "scale-from" } else { "speed" }, speed(of));
        }
        block.push(line);
    }
    out.node(&head, &block);
}
