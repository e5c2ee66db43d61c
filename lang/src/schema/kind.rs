//! Kinds of value: what may be written, and how it is read.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::syntax;
use crate::units::{
    LENGTH_UNITS, Length, POWER_UNITS, Power, Ratio, SIZE_UNITS, SPEED_UNITS, Size, Speed, TIME_UNITS, Time,
    UnitError, parse_percent,
};

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `#true`, `#false`
    Bool,
    /// A whole number in this range, bare.
    Int(i64, i64),
    /// A decimal, bare, read exactly.
    Decimal,
    /// `"400G"`
    Speed,
    /// `"1MiB"`
    Size,
    /// `"30m"`
    Length,
    /// `"200ms"`
    Time,
    /// `"5%"`
    Percent,
    /// `"17W"`
    Power,
    /// An IPv4 or IPv6 address.
    Ip,
    /// The address of a host: no network's, no group's, not the unspecified one.
    HostIp,
    /// `HOST:PORT`, an IPv6 address in brackets.
    Endpoint,
    /// A name of the tz database, as `Europe/Berlin`: its form, since the database changes by the year.
    Zone,
    /// An IPv4 address.
    Ip4,
    /// A MAC address, `aa:bb:cc:dd:ee:ff`.
    Mac,
    /// An IPv4 prefix, host bits zero.
    Prefix4,
    /// An IPv6 prefix, host bits zero.
    Prefix6,
    /// A name: letters, digits, `-`, `_`, `.`; begins with a letter or digit.
    Name,
    /// A name, or a path of names with `/` between.
    Path,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any text, in one line.
    Text,
    /// Any text, in one line, but none.
    Filled,
    /// Any text, of several lines too.
    Prose,
    /// A cage `17`, a child `"17/2"`, or a SONiC name.
    Port,
    /// Anything that is not null: its text.
    Any,
}

/// A value that was read as its kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// From [`Kind::Bool`].
    Bool(bool),
    /// From [`Kind::Int`].
    Int(i64),
    /// From [`Kind::Decimal`] and [`Kind::Percent`] (as a fraction of one).
    Ratio(Ratio),
    /// From [`Kind::Speed`].
    Speed(Speed),
    /// From [`Kind::Size`].
    Size(Size),
    /// From [`Kind::Length`].
    Length(Length),
    /// From [`Kind::Time`].
    Time(Time),
    /// From [`Kind::Power`].
    Power(Power),
    /// From [`Kind::Ip`], [`Kind::HostIp`] and [`Kind::Ip4`].
    Ip(IpAddr),
    /// From [`Kind::Prefix4`] and [`Kind::Prefix6`].
    Prefix(IpNet),
    /// From the rest.
    Text(String),
}

/// What is wrong with a value, in words, and the edit that mends it.
pub(super) struct Mismatch {
    /// What is there and what belongs there.
    pub(super) message: String,
    /// The edit.
    pub(super) help: Option<String>,
}

impl Kind {
    /// What belongs here, for messages and the reference.
    pub fn expects(self) -> String {
        match self {
            Kind::Bool => "#true or #false".into(),
            Kind::Int(low, i64::MAX) => format!("a whole number from {low}"),
            Kind::Int(low, high) => format!("a whole number from {low} to {high}"),
            Kind::Decimal => "a bare decimal number, as 1.04".into(),
            Kind::Speed => "a speed with its unit, as \"400G\"".into(),
            Kind::Size => "a size with its unit, as \"1MiB\" or \"2MB\"".into(),
            Kind::Length => "a length with its unit, as \"30m\"".into(),
            Kind::Time => "a time with its unit, as \"200ms\"".into(),
            Kind::Percent => "a percentage, as \"5%\"".into(),
            Kind::Power => "a power with its unit, as \"17W\"".into(),
            Kind::Ip => "an IP address".into(),
            Kind::HostIp => "the IP address of a host".into(),
            Kind::Endpoint => {
                "HOST:PORT with a port from 1 to 65535, as \"192.0.2.10:4317\" or \"[2001:db8::1]:4317\""
                    .into()
            }
            Kind::Zone => "a name of the tz database, as \"Europe/Berlin\"".into(),
            Kind::Ip4 => "an IPv4 address".into(),
            Kind::Mac => "a MAC address, as \"aa:bb:cc:dd:ee:ff\"".into(),
            Kind::Prefix4 => "an IPv4 prefix, as \"10.0.0.0/16\"".into(),
            Kind::Prefix6 => "an IPv6 prefix, as \"fd00::/112\"".into(),
            Kind::Name => "a name of letters, digits, '-', '_' and '.'".into(),
            Kind::Path => "a name, or a path of names as \"su1/leaf\"".into(),
            Kind::Word(words) => format!("one of {}", words.join(", ")),
            Kind::Text | Kind::Prose => "a text".into(),
            Kind::Filled => "a text that is not empty".into(),
            Kind::Port => "a cage (17), a child port (\"17/2\") or a SONiC port name".into(),
            Kind::Any => "a value".into(),
        }
    }

    fn units(self) -> &'static [(&'static str, u64)] {
        match self {
            Kind::Speed => SPEED_UNITS,
            Kind::Size => SIZE_UNITS,
            Kind::Length => LENGTH_UNITS,
            Kind::Time => TIME_UNITS,
            Kind::Power => POWER_UNITS,
            Kind::Percent => &[("%", 1)],
            _ => &[],
        }
    }

    /// Reads an entry's value.
    pub(super) fn read(self, entry: &syntax::Entry) -> Result<Value, Mismatch> {
        use syntax::Value as Raw;
        let wrong =
            || Mismatch { message: format!("{} is not {}", shown(entry), self.expects()), help: None };
        match (self, &entry.value) {
            (Kind::Bool, Raw::Bool(b)) => Ok(Value::Bool(*b)),
            (Kind::Bool, Raw::Text(t)) if ["true", "yes", "on"].contains(&t.as_str()) => {
                Err(Mismatch { help: Some("write #true".into()), ..wrong() })
            }
            (Kind::Bool, Raw::Text(t)) if ["false", "no", "off"].contains(&t.as_str()) => {
                Err(Mismatch { help: Some("write #false".into()), ..wrong() })
            }
            (Kind::Bool, Raw::Int(n @ 0..=1)) => Err(Mismatch {
                help: Some(format!("write {}", if *n == 1 { "#true" } else { "#false" })),
                ..wrong()
            }),
            (Kind::Int(low, high), Raw::Int(n)) => match i64::try_from(*n) {
                Ok(n) if (low..=high).contains(&n) => Ok(Value::Int(n)),
                _ => Err(Mismatch {
                    message: format!("{} is out of range: {} belongs here", entry.text, self.expects()),
                    help: None,
                }),
            },
            (Kind::Int(low, high), Raw::Text(t)) if bare(t).is_some_and(|n| (low..=high).contains(&n)) => {
                Err(Mismatch { help: bare(t).map(|n| format!("write it bare: {n}")), ..wrong() })
            }
            (Kind::Decimal, Raw::Int(_) | Raw::Float(_)) => {
                Ratio::parse(&entry.text).map(Value::Ratio).ok_or_else(wrong)
            }
            (Kind::Decimal, Raw::Text(t)) if Ratio::parse(t).is_some() => {
                Err(Mismatch { help: Some(format!("write it bare: {t}")), ..wrong() })
            }
            (_, Raw::Int(_) | Raw::Float(_)) if !self.units().is_empty() => {
                let units: Vec<&str> = self.units().iter().map(|u| u.0).collect();
                let unit = self.usual_unit();
                Err(Mismatch {
                    message: format!("{} has no unit: {} belongs here", entry.text, self.expects()),
                    help: Some(format!(
                        "write \"{}{unit}\", if that is the unit meant ({})",
                        entry.text,
                        units.join(", ")
                    )),
                })
            }
            (_, Raw::Text(t)) if self.too_large(t).is_some() => {
                let most = self.too_large(t).unwrap_or_default();
                Err(Mismatch {
                    message: format!("{} is too large: {most} is the most that is read", shown(entry)),
                    help: None,
                })
            }
            (Kind::Speed, Raw::Text(t)) if Speed::parse(t) == Ok(Speed(0)) => {
                let message = format!("{} is out of range: a speed is more than 0", shown(entry));
                Err(Mismatch { message, help: None })
            }
            (Kind::Text | Kind::Filled | Kind::Prose, Raw::Text(t)) if self.stray(t).is_some() => {
                let c = u32::from(self.stray(t).unwrap_or_default());
                let message = format!("{} holds the control character U+{c:04X}", shown(entry));
                Err(Mismatch { message, help: Some("remove it".into()) })
            }
            (_, Raw::Text(t)) => {
                self.read_text(t).map_err(|help| Mismatch { help: requoted(entry).or(help), ..wrong() })
            }
            (Kind::Text | Kind::Port | Kind::Any | Kind::Name, Raw::Int(_))
                if !matches!(self, Kind::Text | Kind::Name) =>
            {
                Ok(Value::Text(entry.text.clone()))
            }
            (Kind::Any, Raw::Float(_)) => Ok(Value::Text(entry.text.clone())),
            (Kind::Any, Raw::Bool(b)) => Ok(Value::Text(b.to_string())),
            (Kind::Text | Kind::Prose | Kind::Name | Kind::Path, Raw::Int(_)) => {
                Err(Mismatch { help: Some(format!("write it as text: \"{}\"", entry.text)), ..wrong() })
            }
            _ => Err(wrong()),
        }
    }

    /// The most that may be written, where a text says more.
    fn too_large(self, text: &str) -> Option<String> {
        let error = match self {
            Kind::Speed => Speed::parse(text).err(),
            Kind::Size => Size::parse(text).err(),
            Kind::Length => Length::parse(text).err(),
            Kind::Time => Time::parse(text).err(),
            Kind::Power => Power::parse(text).err(),
            Kind::Percent => parse_percent(text).err(),
            _ => None,
        };
        match error? {
            UnitError::TooLarge(most) => Some(most),
            _ => None,
        }
    }

    /// The first character of a text that moves the cursor instead of being read.
    fn stray(self, text: &str) -> Option<char> {
        let lines = matches!(self, Kind::Prose);
        text.chars().find(|&c| c.is_control() && !(lines && matches!(c, '\n' | '\t')))
    }

    fn usual_unit(self) -> &'static str {
        match self {
            Kind::Speed => "G",
            Kind::Size => "B",
            Kind::Length => "m",
            Kind::Time => "ms",
            Kind::Power => "W",
            _ => "%",
        }
    }

    /// Reads a text; the error is the edit that would mend it, where one is known.
    fn read_text(self, text: &str) -> Result<Value, Option<String>> {
        let unit = |error: UnitError| -> Option<String> {
            let units: Vec<&str> = self.units().iter().map(|u| u.0).collect();
            match error {
                UnitError::NoUnit => Some(format!("add the unit: \"{text}{}\"", self.usual_unit())),
                UnitError::UnknownUnit(u) => {
                    Some(format!("`{u}` is no unit of it; units are {}", units.join(", ")))
                }
                UnitError::BadNumber | UnitError::TooLarge(_) => None,
            }
        };
        match self {
            Kind::Speed => Speed::parse(text).map(Value::Speed).map_err(unit),
            Kind::Size => Size::parse(text).map(Value::Size).map_err(unit),
            Kind::Length => Length::parse(text).map(Value::Length).map_err(unit),
            Kind::Time => Time::parse(text).map(Value::Time).map_err(unit),
            Kind::Power => Power::parse(text).map(Value::Power).map_err(unit),
            Kind::Percent => parse_percent(text).map(Value::Ratio).map_err(unit),
            Kind::Ip => text.parse().map(Value::Ip).map_err(|_| None),
            Kind::HostIp => match text.parse().map_err(|_| None)? {
                address if is_host(address) => Ok(Value::Ip(address)),
                _ => Err(None),
            },
            Kind::Endpoint if is_endpoint(text) => Ok(Value::Text(text.to_owned())),
            Kind::Endpoint => Err(bracketed(text)),
            Kind::Zone if is_zone(text) => Ok(Value::Text(text.to_owned())),
            Kind::Ip4 => text.parse().map(|v4| Value::Ip(IpAddr::V4(v4))).map_err(|_| None),
            Kind::Mac if is_mac(text) => Ok(Value::Text(text.to_owned())),
            Kind::Prefix4 | Kind::Prefix6 => self.read_prefix(text),
            Kind::Name if is_name(text) => Ok(Value::Text(text.to_owned())),
            Kind::Path if text.split('/').all(is_name) => Ok(Value::Text(text.to_owned())),
            Kind::Word(words) if words.contains(&text) => Ok(Value::Text(text.to_owned())),
            Kind::Word(words) => Err(crate::diagnostic::nearest(text, words.iter().copied())
                .map(|w| format!("did you mean \"{w}\"?"))),
            Kind::Filled if text.is_empty() => Err(None),
            Kind::Text | Kind::Filled | Kind::Prose | Kind::Port | Kind::Any => {
                Ok(Value::Text(text.to_owned()))
            }
            Kind::Name => Err(name_help(text)),
            Kind::Bool | Kind::Int(..) | Kind::Decimal | Kind::Path | Kind::Mac | Kind::Zone => Err(None),
        }
    }

    fn read_prefix(self, text: &str) -> Result<Value, Option<String>> {
        let net: IpNet = text.parse().map_err(|_| {
            let bare: Option<IpAddr> = text.parse().ok();
            bare.map(|a| format!("add its length: \"{a}/{}\"", if a.is_ipv4() { 24 } else { 64 }))
        })?;
        if matches!(self, Kind::Prefix4) != net.addr().is_ipv4() {
            return Err(None);
        }
        if net.addr() != net.network() {
            return Err(Some(format!("host bits are set; the prefix is \"{}\"", net.trunc())));
        }
        Ok(Value::Prefix(net))
    }
}

/// Whether a packet can be sent to one host by it.
fn is_host(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.octets()[0] != 0 && v4.octets()[0] < 224,
        IpAddr::V6(v6) => !v6.is_unspecified() && !v6.is_multicast(),
    }
}

/// `HOST:PORT`; a host is an address, in brackets where it is IPv6, or a name of the DNS.
fn is_endpoint(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let v6 = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let known = match v6 {
        Some(v6) => v6.parse().is_ok_and(|v6| is_host(IpAddr::V6(v6))),
        None => match host.parse() {
            Ok(v4) => is_host(IpAddr::V4(v4)),
            Err(_) => is_dns_name(host),
        },
    };
    digits && port.parse::<u16>().is_ok_and(|port| port > 0) && known
}

/// Labels of letters, digits and hyphens with dots between (RFC 1123); the last one is no number, so that it is not taken
/// for an address.
fn is_dns_name(text: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let number = text.rsplit('.').next().is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()));
    text.len() <= 253 && text.split('.').all(label) && !number
}

/// The edit for an IPv6 address whose port can't be told from it.
fn bracketed(text: &str) -> Option<String> {
    let (host, port) = text.rsplit_once(':')?;
    let edit = format!("[{host}]:{port}");
    (host.contains(':') && is_endpoint(&edit)).then(|| format!("put the address in brackets: \"{edit}\""))
}

/// Letters, digits, `_`, `+` and `-`, with `/` between parts.
fn is_zone(text: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-'))
    };
    text.len() <= 255 && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.split('/').all(part)
}

/// The number at the beginning of a text, where only a unit follows.
fn bare(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = text.get(end..)?;
    (unit.len() <= 4 && unit.chars().all(|c| c.is_ascii_alphabetic() || c == '%')).then_some(())?;
    text.get(..end)?.parse().ok()
}

/// The edit for a text between quotes that KDL doesn't know.
fn requoted(entry: &syntax::Entry) -> Option<String> {
    let quote = |c: char| matches!(c, '\'' | '‘' | '’' | '“' | '”' | '„' | '`');
    let inner = entry.text.trim_matches(quote);
    let wrong = entry.text.starts_with(quote) && !inner.is_empty();
    wrong.then(|| format!("put it in double quotes: \"{inner}\""))
}

/// What is wrong with a name, where it is not its characters.
fn name_help(text: &str) -> Option<String> {
    match text.len() {
        0 => Some("give it a name".into()),
        64.. => Some(format!("it has {} characters; 63 is the limit", text.chars().count())),
        _ if text.starts_with(['-', '_', '.']) && is_name(&format!("x{text}")) => {
            Some("begin it with a letter or a digit".into())
        }
        _ => None,
    }
}

/// Six pairs of hexadecimal digits.
fn is_mac(text: &str) -> bool {
    let pairs: Vec<&str> = text.split(':').collect();
    pairs.len() == 6 && pairs.iter().all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Letters, digits, `-`, `_`, `.`, beginning with a letter or digit; 1 to 63 of them.
fn is_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=63).contains(&text.len())
        && text.bytes().all(allowed)
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
}

/// The entry's value for messages, cut where it is long.
fn shown(entry: &syntax::Entry) -> String {
    let text = entry.text.trim();
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("`{}`", short.replace(['\n', '\r', '\t'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_have_a_host_and_a_port() {
        for good in ["192.0.2.10:4317", "[2001:db8::1]:4317", "otel.example.net:1", "otel-1:65535"] {
            assert!(is_endpoint(good), "{good}");
        }
        let bad = [
            "a b;c:99999",
            "1.2.3.4:0",
            "::1:4317",
            "a\nb:1",
            "1.2.3.4",
            "1.2.3.999:1",
            ":1",
            "a:",
            "a:+1",
            "0.0.0.0:1",
            "[1.2.3.4]:1",
        ];
        for bad in bad {
            assert!(!is_endpoint(bad), "{bad}");
        }
        assert_eq!(bracketed("::1:4317"), Some("put the address in brackets: \"[::1]:4317\"".into()));
    }

    #[test]
    fn zones_have_the_form_of_the_database() {
        for good in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "EST5EDT"] {
            assert!(is_zone(good), "{good}");
        }
        for bad in ["", "../../etc/passwd", "/etc/localtime", "Europe//Berlin", "Europe/", "a b", "UTC\n"] {
            assert!(!is_zone(bad), "{bad}");
        }
    }

    #[test]
    fn hosts_are_no_groups_and_no_networks() {
        for (address, host) in [
            ("10.0.0.1", true),
            ("2001:db8::1", true),
            ("127.0.0.1", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("ff02::1", false),
        ] {
            assert_eq!(address.parse().is_ok_and(is_host), host, "{address}");
        }
    }
}
