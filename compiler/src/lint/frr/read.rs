//! frr.conf as words with their places, each line in the block that FRR reads it in.
//!
//! FRR goes by words, not by indentation: a line that the block it stands in doesn't know is tried in the block around it.
//! So does this, as far as lines are known here; a line that isn't known stays in its block where it is indented.

use fabc_lang::source::{FileId, Span};

/// A word, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) v: &'a str,
    pub(crate) at: Span,
}

/// Where a line is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// Outside of all blocks, or in one that nothing is known of.
    Top,
    /// `router bgp`: the number of its line.
    Bgp(usize),
    /// `route-map NAME ACTION SEQ`: the number of its line.
    RouteMap(usize),
    /// `bfd`.
    Bfd,
    /// `bfd`, `peer`.
    BfdPeer,
    /// `bfd`, `profile`.
    BfdProfile,
    /// `interface`.
    Interface,
    /// Another block.
    Other,
}

/// A line that says something.
#[derive(Debug, Clone)]
pub(crate) struct Line<'a> {
    /// Its words, `no` left out.
    pub(crate) words: Vec<Word<'a>>,
    /// Whether it begins with `no`.
    pub(crate) no: bool,
    /// From its first word to its last.
    pub(crate) at: Span,
    /// Where it is read. A line that opens a block stands in the block around it.
    pub(crate) block: Block,
    /// In `router bgp`: the address family, as `ipv4 unicast`; that one outside of all.
    pub(crate) family: Family<'a>,
}

/// AFI and SAFI.
pub(crate) type Family<'a> = (&'a str, &'a str);

/// What lines of `router bgp` outside of all families are of.
pub(crate) const UNICAST: Family<'static> = ("ipv4", "unicast");

impl<'a> Line<'a> {
    /// Its words without their places.
    pub(crate) fn text(&self) -> Vec<&'a str> {
        self.words.iter().map(|word| word.v).collect()
    }

    /// The place of the words from number `from` on.
    pub(crate) fn rest(&self, from: usize) -> Span {
        Span { start: self.words.get(from).map_or(self.at, |word| word.at).start, ..self.at }
    }

    /// The word after the last one of these, which follow one another.
    pub(crate) fn after(&self, words: &[&str]) -> Option<Word<'a>> {
        let here = |at: &usize| words.iter().zip(&self.words[*at..]).all(|(word, own)| *word == own.v);
        let at = (0..self.words.len().saturating_sub(words.len())).find(here)?;
        self.words.get(at + words.len()).copied()
    }
}

/// Words that begin a line outside of all blocks, wherever it stands.
const STARTERS: &[&str] =
    &["router", "route-map", "interface", "vrf", "key", "line", "nexthop-group", "pbr-map"];

/// Words that begin a line of `router bgp`.
const OF_BGP: &[&str] = &[
    "address-family",
    "advertise",
    "aggregate-address",
    "coalesce-time",
    "distance",
    "exit-address-family",
    "import",
    "maximum-paths",
    "neighbor",
    "network",
    "rd",
    "read-quanta",
    "redistribute",
    "rt",
    "segment-routing",
    "table-map",
    "timers",
    "update-delay",
    "vni",
    "write-quanta",
];

/// Words that begin a line of `route-map`.
const OF_ROUTE_MAP: &[&str] = &["match", "set", "call", "on-match", "continue", "description"];

/// Words that come after `bgp` outside of `router bgp`.
const LISTS: &[&str] = &["as-path", "community-list", "extcommunity-list", "large-community-list"];

/// All lines that say something, in order.
pub(crate) fn lines(text: &str, file: FileId) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let (mut block, mut family) = (Block::Top, None);
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let (from, indented) = (start, whole.starts_with([' ', '\t']));
        start += whole.len();
        let mut words = words(whole, from, file);
        let Some(first) = words.first().copied() else { continue };
        if first.v.starts_with(['!', '#']) {
            continue;
        }
        let at = words.last().map_or(first.at, |last| first.at.to(last.at));
        let no = first.v == "no" && words.len() > 1;
        if no {
            words.remove(0);
        }
        let v: Vec<&str> = words.iter().map(|word| word.v).collect();
        // Closing lines say nothing of their own.
        match v.as_slice() {
            ["exit-address-family" | "exit-af"] => family = None,
            ["exit" | "quit"] => match block {
                Block::Bgp(_) if family.is_some() => family = None,
                Block::BfdPeer | Block::BfdProfile => block = Block::Bfd,
                _ => block = Block::Top,
            },
            ["end"] | ["exit-vrf"] => block = Block::Top,
            _ => {
                if !stays(block, &v, indented) {
                    (block, family) = (Block::Top, None);
                }
                let number = lines.len();
                let inside = opens(block, &v, number, no);
                if let (Block::Bgp(_), ["address-family", afi, rest @ ..]) = (block, v.as_slice()) {
                    family = Some((*afi, safi(rest.first().copied().unwrap_or_default())));
                }
                lines.push(Line { words, no, at, block, family: family.unwrap_or(UNICAST) });
                block = inside.unwrap_or(block);
                continue;
            }
        }
    }
    lines
}

/// FRR takes words that were cut short.
fn safi(word: &str) -> &str {
    if "unicast".starts_with(word) { "unicast" } else { word }
}

/// Words of a line with their places.
fn words(line: &str, from: usize, file: FileId) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut begin = None;
    for (i, byte) in line.bytes().chain(std::iter::once(b' ')).enumerate() {
        match (begin, byte.is_ascii_whitespace()) {
            (None, false) => begin = Some(i),
            (Some(start), true) => {
                let at = Span::new(file, from + start, from + i);
                words.extend(line.get(start..i).map(|v| Word { v, at }));
                begin = None;
            }
            _ => {}
        }
    }
    words
}

/// Whether a line belongs to the block that is open.
fn stays(block: Block, words: &[&str], indented: bool) -> bool {
    let first = words.first().copied().unwrap_or_default();
    let second = words.get(1).copied().unwrap_or_default();
    let list = match first {
        "bgp" => LISTS.contains(&second),
        "ip" | "ipv6" => ["prefix-list", "protocol", "as-path", "community-list"].contains(&second),
        "access-list" | "frr" | "hostname" => true,
        _ => false,
    };
    if block == Block::Top || list || (STARTERS.contains(&first) && block != Block::Other) {
        return block == Block::Top;
    }
    match block {
        Block::Bgp(_) if OF_BGP.contains(&first) || first == "bgp" => true,
        Block::RouteMap(_) => OF_ROUTE_MAP.contains(&first),
        Block::Bfd | Block::BfdPeer | Block::BfdProfile if first == "bfd" => false,
        _ => indented,
    }
}

/// The block that a line opens.
fn opens(block: Block, words: &[&str], number: usize, no: bool) -> Option<Block> {
    if no {
        return None;
    }
    Some(match (block, words) {
        (Block::Top, ["router", "bgp", ..]) => Block::Bgp(number),
        (Block::Top, ["route-map", _, "permit" | "deny", _]) => Block::RouteMap(number),
        (Block::Top, ["bfd"]) => Block::Bfd,
        (Block::Bfd | Block::BfdPeer | Block::BfdProfile, ["peer", ..]) => Block::BfdPeer,
        (Block::Bfd | Block::BfdProfile, ["profile", _]) => Block::BfdProfile,
        (Block::Top, ["interface", ..]) => Block::Interface,
        (
            Block::Top,
            ["router" | "vrf" | "key" | "line" | "nexthop-group" | "pbr-map" | "segment-routing", ..],
        ) => Block::Other,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<(String, Block, Family<'_>)> {
        let lines = lines(text, FileId(0));
        lines.iter().map(|line| (line.text().join(" "), line.block, line.family)).collect()
    }

    #[test]
    fn lines_stand_in_their_blocks_however_they_are_indented() {
        let text = "router bgp 1\nneighbor A peer-group\n bgp router-id 1.1.1.1\n address-family ipv6 unicast\n  \
                    neighbor A activate\n exit-address-family\n unheard of\nbgp as-path access-list P permit ^$\n \
                    route-map M permit 10\n match tag 1\n  exit\nbfd\n profile F\n  transmit-interval 300\n peer \
                    10.0.0.1\n  profile F\n exit\nexit\n";
        let six = ("ipv6", "unicast");
        let wanted = [
            ("router bgp 1", Block::Top, UNICAST),
            ("neighbor A peer-group", Block::Bgp(0), UNICAST),
            ("bgp router-id 1.1.1.1", Block::Bgp(0), UNICAST),
            ("address-family ipv6 unicast", Block::Bgp(0), six),
            ("neighbor A activate", Block::Bgp(0), six),
            ("unheard of", Block::Bgp(0), UNICAST),
            ("bgp as-path access-list P permit ^$", Block::Top, UNICAST),
            ("route-map M permit 10", Block::Top, UNICAST),
            ("match tag 1", Block::RouteMap(7), UNICAST),
            ("bfd", Block::Top, UNICAST),
            ("profile F", Block::Bfd, UNICAST),
            ("transmit-interval 300", Block::BfdProfile, UNICAST),
            ("peer 10.0.0.1", Block::BfdProfile, UNICAST),
            ("profile F", Block::BfdPeer, UNICAST),
        ];
        let wanted: Vec<_> = wanted.map(|(text, block, family)| (text.to_owned(), block, family)).into();
        assert_eq!(blocks(text), wanted);
    }

    #[test]
    fn words_have_their_places() {
        let text = "! a\r\n  no  bgp é x\r\n";
        let lines = lines(text, FileId(3));
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        let slice = |at: Span| &text[at.start as usize..at.end as usize];
        assert!(line.no);
        assert_eq!(line.words.iter().map(|w| slice(w.at)).collect::<Vec<_>>(), ["bgp", "é", "x"]);
        assert_eq!((slice(line.at), slice(line.rest(1))), ("no  bgp é x", "é x"));
    }
}
