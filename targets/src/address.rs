//! Addresses as text. There are millions of them in a large fabric, and `Display` takes ten times as long.

use std::net::Ipv4Addr;

/// Gives `put` the pieces of `10.0.0.1`.
pub(crate) fn pieces(address: Ipv4Addr, mut put: impl FnMut(&str)) {
    let mut digits = itoa::Buffer::new();
    for (i, octet) in address.octets().into_iter().enumerate() {
        if i > 0 {
            put(".");
        }
        put(digits.format(octet));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_display_writes_it() {
        for address in [[0, 0, 0, 0], [10, 0, 200, 1], [255, 255, 255, 255]].map(Ipv4Addr::from) {
            let mut text = String::new();
            pieces(address, |piece| text.push_str(piece));
            assert_eq!(text, address.to_string());
        }
    }
}
