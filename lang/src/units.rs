//! Quantities with their unit in the type, and how each is written.

use std::fmt;

/// Line rate in Mb/s; written `"400G"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Speed(pub u32);

/// Bytes of a frame that PORT.mtu doesn't count: Ethernet header (14), VLAN tag (4, IEEE 802.1Q) and check sum (4). SONiC's
/// orchagent adds the same three before it hands the MTU to the chip.
pub const FRAME_AROUND: u32 = 14 + 4 + 4;

/// Length of the longest frame under an MTU, bytes.
pub fn frame(mtu: u32) -> u32 {
    mtu.saturating_add(FRAME_AROUND)
}

/// Bytes; written `"1MiB"` (2^20) or `"2MB"` (10^6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Size(pub u64);

/// Length in millimetres; written `"30m"`, `"0.6m"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Length(pub u32);

/// Duration in microseconds; written `"200ms"`, `"80us"`, `"5m"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

/// Power in milliwatts; written `"17W"`, `"1.5kW"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Power(pub u64);

/// An exact fraction in lowest terms; written as a decimal (`1.16`) and never rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    /// Numerator.
    pub num: u64,
    /// Denominator, never 0.
    pub den: u64,
}

impl Ratio {
    /// `num / den` in lowest terms; a zero denominator counts as 1.
    pub fn new(num: u64, den: u64) -> Self {
        let den = den.max(1);
        let g = gcd(num, den).max(1);
        Ratio { num: num / g, den: den / g }
    }

    /// Reads a decimal exactly: `"1.16"` is 29/25. At most twelve digits on each side.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.len() <= 12 && s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || (text.contains('.') && part.is_empty()) {
            return None;
        }
        let den = 10u64.pow(u32::try_from(part.len()).ok()?);
        let num = whole.parse::<u64>().ok()?.checked_mul(den)?;
        Some(Ratio::new(num.checked_add(part.parse::<u64>().unwrap_or(0))?, den))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (u128::from(self.num) * u128::from(other.den)).cmp(&(u128::from(other.num) * u128::from(self.den)))
    }
}

impl Ratio {
    /// To the last digit: `1.5`, and `4/3 (~1.333)` where no short decimal is exact.
    pub fn exact(&self) -> String {
        let text = self.to_string();
        if text.starts_with('~') { format!("{}/{} ({text})", self.num, self.den) } else { text }
    }
}

/// Decimal with up to three places, and `~` before it where that is not exact.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (num, den) = (u128::from(self.num), u128::from(self.den));
        let thousandths = (num * 1000 + den / 2) / den;
        let exact = thousandths * den == num * 1000;
        let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        write!(f, "{}{text}", if exact { "" } else { "~" })
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Why a quantity could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitError {
    /// A number stands without its unit.
    NoUnit,
    /// The unit is not one of this quantity.
    UnknownUnit(String),
    /// There is no number, or one that can't be held exactly.
    BadNumber,
    /// It is more than any fabric has; this is the most, as it is written.
    TooLarge(String),
}

/// Splits `"1.5MiB"` into an exact fraction and its unit.
fn split(text: &str) -> Result<(Ratio, &str), UnitError> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number = Ratio::parse(&text[..at]).ok_or(UnitError::BadNumber)?;
    match text[at..].trim_start() {
        "" => Err(UnitError::NoUnit),
        unit => Ok((number, unit)),
    }
}

/// `text` in units of the smallest one; `units` gives each unit's weight.
fn measure(text: &str, units: &[(&str, u64)]) -> Result<u64, UnitError> {
    let (number, unit) = split(text)?;
    let weight = units
        .iter()
        .find(|(name, _)| *name == unit)
        .map(|&(_, weight)| weight)
        .ok_or_else(|| UnitError::UnknownUnit(unit.to_owned()))?;
    let product = u128::from(number.num) * u128::from(weight);
    let exact = product / u128::from(number.den);
    if exact * u128::from(number.den) != product {
        return Err(UnitError::BadNumber);
    }
    Ok(u64::try_from(exact).unwrap_or(u64::MAX))
}

/// Units of speed and their weight in Mb/s.
pub const SPEED_UNITS: &[(&str, u64)] = &[("M", 1), ("G", 1_000), ("T", 1_000_000)];
/// Units of size and their weight in bytes.
pub const SIZE_UNITS: &[(&str, u64)] = &[
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];
/// Units of length and their weight in millimetres.
pub const LENGTH_UNITS: &[(&str, u64)] = &[("mm", 1), ("cm", 10), ("m", 1_000), ("km", 1_000_000)];
/// Units of time and their weight in microseconds.
pub const TIME_UNITS: &[(&str, u64)] =
    &[("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)];
/// Units of power and their weight in milliwatts.
pub const POWER_UNITS: &[(&str, u64)] = &[("mW", 1), ("W", 1_000), ("kW", 1_000_000), ("MW", 1_000_000_000)];

/// `n` where it is no more than `most`.
fn within<T: PartialOrd + fmt::Display>(n: T, most: &T) -> Result<T, UnitError> {
    if n <= *most { Ok(n) } else { Err(UnitError::TooLarge(most.to_string())) }
}

fn narrow(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Speed {
    /// The most that is read: 1000 Tb/s, ten times the fastest chip.
    pub const MOST: Speed = Speed(1_000_000_000);

    /// Reads `"400G"`.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        within(Speed(narrow(measure(text, SPEED_UNITS)?)), &Self::MOST)
    }
}

impl Size {
    /// The most that is read: 1 TiB, so that sums over all ports and classes fit 64 bits.
    pub const MOST: Size = Size(1 << 40);

    /// Reads `"1MiB"`, `"2MB"`, `"512KiB"`, `"0B"`.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        within(Size(measure(text, SIZE_UNITS)?), &Self::MOST)
    }
}

impl Length {
    /// The most that is read: 1000 km.
    pub const MOST: Length = Length(1_000_000_000);

    /// Reads `"30m"`, `"0.6m"`.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        within(Length(narrow(measure(text, LENGTH_UNITS)?)), &Self::MOST)
    }

    /// Whole metres, rounded up.
    pub fn metres_up(self) -> u32 {
        self.0.div_ceil(1000)
    }
}

impl Time {
    /// The most that is read: a day.
    pub const MOST: Time = Time(86_400_000_000);

    /// Reads `"200ms"`, `"80us"`, `"3s"`.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        within(Time(measure(text, TIME_UNITS)?), &Self::MOST)
    }

    /// Whole milliseconds, rounded down.
    pub fn ms(self) -> u64 {
        self.0 / 1000
    }
}

impl Power {
    /// The most that is read: 1 GW.
    pub const MOST: Power = Power(1_000_000_000_000);

    /// Reads `"17W"`, `"40kW"`.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        within(Power(measure(text, POWER_UNITS)?), &Self::MOST)
    }
}

/// The most per cent that is read.
const MOST_PERCENT: u64 = 10_000;

/// Reads `"5%"`, `"2.5%"` as a fraction of one.
pub fn parse_percent(text: &str) -> Result<Ratio, UnitError> {
    let (number, unit) = split(text)?;
    if unit != "%" {
        return Err(UnitError::UnknownUnit(unit.to_owned()));
    }
    if number > Ratio::new(MOST_PERCENT, 1) {
        return Err(UnitError::TooLarge(format!("{MOST_PERCENT}%")));
    }
    Ok(Ratio::new(number.num, number.den.checked_mul(100).ok_or(UnitError::BadNumber)?))
}

/// Writes `n` with the largest unit that keeps it short and exact to three places.
fn scaled(f: &mut fmt::Formatter<'_>, n: u64, units: &[(&str, u64)]) -> fmt::Result {
    let (unit, weight) = units
        .iter()
        .rev()
        .find(|&&(_, w)| n >= w && (u128::from(n) * 1000).is_multiple_of(u128::from(w)))
        .or(units.first())
        .copied()
        .unwrap_or(("", 1));
    let value = Ratio::new(n, weight);
    write!(f, "{value}{unit}")
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        scaled(f, u64::from(self.0), &SPEED_UNITS[..2])
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = self.0.is_multiple_of(1 << 10) && self.0 > 0;
        if binary { scaled(f, self.0, &SIZE_UNITS[4..]) } else { write!(f, "{} B", grouped(self.0)) }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}m", Ratio::new(u64::from(self.0), 1000))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        scaled(f, self.0, &TIME_UNITS[..3])
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        scaled(f, self.0, &POWER_UNITS[..3])
    }
}

/// `1234567` as `1,234,567`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_exactly() {
        assert_eq!(Speed::parse("400G"), Ok(Speed(400_000)));
        assert_eq!(Speed::parse("51.2T"), Ok(Speed(51_200_000)));
        assert_eq!(Size::parse("1MiB"), Ok(Size(1_048_576)));
        assert_eq!(Size::parse("2MB"), Ok(Size(2_000_000)));
        assert_eq!(Length::parse("0.6m"), Ok(Length(600)));
        assert_eq!(Time::parse("200ms"), Ok(Time(200_000)));
        assert_eq!(Power::parse("1.5kW"), Ok(Power(1_500_000)));
        assert_eq!(parse_percent("5%"), Ok(Ratio::new(1, 20)));
        assert_eq!(Speed::parse("400"), Err(UnitError::NoUnit));
        assert_eq!(Speed::parse("400Gb"), Err(UnitError::UnknownUnit("Gb".into())));
        assert_eq!(Speed::parse("G"), Err(UnitError::BadNumber));
        assert_eq!(Speed::parse("99999999999999999999G"), Err(UnitError::BadNumber));
        assert_eq!(Time::parse("24h"), Ok(Time::MOST));
        assert_eq!(Time::parse("200000000h"), Err(UnitError::TooLarge("86400s".into())));
        assert_eq!(Size::parse("1024GiB"), Ok(Size::MOST));
        assert_eq!(Size::parse("17179869183GiB"), Err(UnitError::TooLarge("1024GiB".into())));
        assert_eq!(Speed::parse("9000T"), Err(UnitError::TooLarge("1000000G".into())));
        assert_eq!(Ratio::parse("1.16"), Some(Ratio::new(29, 25)));
        assert_eq!(Ratio::parse("1."), None);
    }

    #[test]
    fn quantities_are_written_as_people_say_them() {
        assert_eq!(Speed(400_000).to_string(), "400G");
        assert_eq!(Speed(25_000).to_string(), "25G");
        assert_eq!(Size(1_048_576).to_string(), "1MiB");
        assert_eq!(Size(33_374_584).to_string(), "33,374,584 B");
        assert_eq!(Length(30_000).to_string(), "30m");
        assert_eq!(Time(u64::MAX).to_string(), "18446744073709551.615ms");
        assert_eq!(Time(200_000).to_string(), "200ms");
        assert_eq!(Ratio::new(26000, 22400).to_string(), "~1.161");
        assert_eq!(Ratio::new(4, 1).to_string(), "4");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
