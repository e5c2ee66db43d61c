//! Natural order: digit runs as numbers and before text, the rest by bytes.

use std::cmp::Ordering;

/// Compares two names naturally: `leaf-99` before `leaf-100`. Equal numbers spelt differently (`01`, `1`) fall back to
/// their bytes, so that only equal names are equal.
pub fn natural_cmp(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = apart(a.as_bytes(), b.as_bytes());
    loop {
        match (x.first(), y.first()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(p), Some(q)) => match (p.is_ascii_digit(), q.is_ascii_digit()) {
                (true, true) => {
                    let (m, rest_x) = number(x);
                    let (n, rest_y) = number(y);
                    let order = m.len().cmp(&n.len()).then_with(|| m.cmp(n));
                    if order != Ordering::Equal {
                        return order;
                    }
                    (x, y) = (rest_x, rest_y);
                }
                (true, false) => return Ordering::Less,
                (false, true) => return Ordering::Greater,
                (false, false) if p == q => (x, y) = (&x[1..], &y[1..]),
                (false, false) => return p.cmp(q),
            },
        }
    }
}

/// Compares two paths part by part, naturally.
pub fn natural_path_cmp(a: &str, b: &str) -> Ordering {
    let mut parts = a.split('/').zip(b.split('/')).map(|(p, q)| natural_cmp(p, q));
    let depth = |s: &str| s.split('/').count();
    parts.find(|o| *o != Ordering::Equal).unwrap_or_else(|| depth(a).cmp(&depth(b)))
}

/// Both without what they begin alike; a number that goes on differently stays whole.
fn apart<'t>(a: &'t [u8], b: &'t [u8]) -> (&'t [u8], &'t [u8]) {
    let alike = a.iter().zip(b).take_while(|(p, q)| p == q).count();
    let digits = a[..alike].iter().rev().take_while(|b| b.is_ascii_digit()).count();
    (&a[alike - digits..], &b[alike - digits..])
}

/// A digit run without leading zeros, and what follows it.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let begin = digits.iter().position(|&b| b != b'0').unwrap_or(digits.len());
    (&digits[begin..], rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names =
            vec!["leaf-100", "leaf-99", "a-leaf-2", "leaf-01", "Ethernet8", "Ethernet16", "su10", "su9", "1"];
        names.sort_by(|a, b| natural_cmp(a, b));
        assert_eq!(
            names,
            ["1", "Ethernet8", "Ethernet16", "a-leaf-2", "leaf-01", "leaf-99", "leaf-100", "su9", "su10"]
        );
        assert_eq!(natural_cmp("a007-1", "a7-2"), Ordering::Less);
        assert_eq!(natural_cmp("a10b", "a1b"), Ordering::Greater);
        assert_eq!(natural_path_cmp("su/leaf", "su2/a"), Ordering::Less);
        assert_eq!(natural_path_cmp("leaf", "leaf/x"), Ordering::Less);
    }
}
