//! A database in the MaxMind DB format, written by hand after its specification
//! (<https://maxmind.github.io/MaxMind-DB/>): one network with a record, all others without.

use context::Places;

/// An address in the one network that has a record, 2a01:e0a::/32.
pub(crate) const KNOWN: &str = "2a01:e0a:1::1";
/// An address in 80.0.0.0/8, which leads to the same record.
pub(crate) const KNOWN_V4: &str = "80.12.34.56";
/// An address in no network.
pub(crate) const UNKNOWN: &str = "2a02::1";

/// How a record says its country.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// `country.iso_code`, `subdivisions`, `city.names.en`, as MaxMind writes it.
    Nested,
    /// `country_code`, `state1`, `city`.
    Flat,
    /// `country` and nothing else.
    Country,
    /// A country that is no code, a city that is a number.
    Odd,
}

/// The database, opened.
pub(crate) fn places(shape: Shape) -> Places {
    Places::new(bytes(shape)).expect("written after the specification")
}

/// The bytes of the database.
pub(crate) fn bytes(shape: Shape) -> Vec<u8> {
    let (tree, nodes) = tree(&[(0x2a01_0e0a << 96, 32), (80 << 24, 96 + 8)]);
    let mut file = tree;
    file.extend([0; 16]);
    file.extend(record(shape));
    file.extend(b"\xab\xcd\xefMaxMind.com");
    file.extend(map(&[
        ("binary_format_major_version", number(5, 2)),
        ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", long(1_772_445_600)),
        ("database_type", text("Test-City")),
        ("description", map(&[])),
        ("ip_version", number(5, 6)),
        ("languages", list(&[])),
        ("node_count", number(6, nodes)),
        ("record_size", number(5, 24)),
    ]));
    file
}

/// A binary tree over the bits of addresses, 24 bits a record: networks lead to the first byte of the data.
fn tree(networks: &[(u128, u32)]) -> (Vec<u8>, u32) {
    #[derive(Clone, Copy, PartialEq)]
    enum Edge {
        Empty,
        Node(usize),
        Data,
    }
    let mut nodes = vec![[Edge::Empty; 2]];
    for (prefix, bits) in networks {
        let mut at = 0;
        for depth in 0..*bits {
            let side = (prefix >> (127 - depth) & 1) as usize;
            if depth + 1 == *bits {
                nodes[at][side] = Edge::Data;
            } else if let Edge::Node(next) = nodes[at][side] {
                at = next;
            } else {
                nodes.push([Edge::Empty; 2]);
                nodes[at][side] = Edge::Node(nodes.len() - 1);
                at = nodes.len() - 1;
            }
        }
    }
    let count = nodes.len() as u32;
    let record = |edge: &Edge| match edge {
        Edge::Empty => count,
        Edge::Node(node) => *node as u32,
        Edge::Data => count + 16,
    };
    let bytes = nodes.iter().flatten().flat_map(|edge| record(edge).to_be_bytes().into_iter().skip(1)).collect();
    (bytes, count)
}

fn record(shape: Shape) -> Vec<u8> {
    match shape {
        Shape::Nested => map(&[
            ("city", map(&[("names", map(&[("fr", text("Bruxelles")), ("en", text("Brussels"))]))])),
            ("country", map(&[("geoname_id", number(6, 2_802_361)), ("iso_code", text("BE"))])),
            ("subdivisions", list(&[map(&[("iso_code", text("BRU"))])])),
        ]),
        Shape::Flat => map(&[("city", text("Brest")), ("country_code", text("fr")), ("state1", text("Brittany"))]),
        Shape::Country => map(&[("country", text("CH"))]),
        Shape::Odd => map(&[("city", number(6, 7)), ("country", text("Middle-earth"))]),
    }
}

fn text(text: &str) -> Vec<u8> {
    head(2, text.len()).chain(text.bytes()).collect()
}

fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    head(7, pairs.len()).chain(pairs.iter().flat_map(|(key, value)| [text(key), value.clone()].concat())).collect()
}

fn list(values: &[Vec<u8>]) -> Vec<u8> {
    vec![values.len() as u8, 11 - 7].into_iter().chain(values.iter().flatten().copied()).collect()
}

/// A whole number of type 5 (16 bits) or 6 (32 bits).
fn number(kind: u8, number: u32) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let bytes = if kind == 5 { &bytes[2..] } else { &bytes };
    head(kind, bytes.len()).chain(bytes.iter().copied()).collect()
}

/// A whole number of 64 bits, whose type does not fit into the first byte.
fn long(number: u64) -> Vec<u8> {
    [8, 9 - 7].into_iter().chain(number.to_be_bytes()).collect()
}

/// The type in three bits, the size in five; beyond 28 the size would go on behind.
fn head(kind: u8, size: usize) -> impl Iterator<Item = u8> {
    assert!(size < 29);
    std::iter::once(kind << 5 | size as u8)
}
