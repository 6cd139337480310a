//! The byte layout's grammar: how numbers, texts and lists are written, and read back without trust.
//!
//! The layout is canonical: equal values give equal bytes, and bytes that can be read are the bytes that the value
//! read from them would give. So states can be compared byte by byte. Reading never panics and never allocates more
//! than a small multiple of the bytes at hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::error::Malformed;

/// Levels of nested values that are read. What is accepted nests at most `model::limits::VALUE_DEPTH` deep; the rest
/// is slack, so that a raised limit needs no new layout.
pub const DEPTH: usize = model::limits::VALUE_DEPTH + 16;

/// A type with a stored layout.
pub trait Layout: Sized {
    /// Appends the value.
    fn write(&self, to: &mut Writer);
    /// Reads one value from the front.
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed>;
}

/// The bytes of a value.
pub fn to_bytes(value: &impl Layout) -> Vec<u8> {
    let mut writer = Writer::default();
    value.write(&mut writer);
    writer.into_bytes()
}

/// The value that these bytes, and no others, stand for.
pub fn from_bytes<T: Layout>(bytes: &[u8]) -> Result<T, Malformed> {
    let mut reader = Reader::new(bytes);
    let value = T::read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// The bytes of a value behind its version.
pub(crate) fn encode(version: u8, value: &impl Layout) -> Vec<u8> {
    let mut to = Writer::after(vec![version]);
    value.write(&mut to);
    to.into_bytes()
}

/// The value that these bytes of a version, and no others, stand for.
pub(crate) fn decode<T: Layout>(record: &'static str, ours: u8, bytes: &[u8]) -> Result<T, Malformed> {
    let mut from = Reader::new(bytes);
    from.version(record, ours)?;
    let value = T::read(&mut from)?;
    from.end()?;
    Ok(value)
}

/// The same as [`from_bytes`]; short texts share their memory with those of the records read before.
pub(crate) fn from_bytes_sharing<T: Layout>(bytes: &[u8], texts: &mut Texts) -> Result<T, Malformed> {
    let mut reader = Reader { rest: bytes, depth: 0, texts: std::mem::take(texts) };
    let value = T::read(&mut reader);
    *texts = std::mem::take(&mut reader.texts);
    let value = value?;
    reader.end()?;
    Ok(value)
}

/// Collects bytes.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A writer that appends to these bytes.
    pub fn after(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How much was written, in bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Forgets what was written beyond the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// A number that is mostly small: 7 bits a byte, low bits first (LEB128).
    pub fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// A number of either sign that is mostly near 0: sign in the lowest bit, then as [`Writer::varint`].
    pub fn zigzag(&mut self, number: i64) {
        self.varint((number << 1 ^ number >> 63) as u64);
    }

    /// Eight bytes, high ones first.
    pub fn fixed_u64(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    /// Sixteen bytes, high ones first.
    pub fn fixed_u128(&mut self, number: u128) {
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    /// Bytes behind their number.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// A list behind the number of its items.
    pub fn list<'a, T: Layout + 'a>(&mut self, items: impl ExactSizeIterator<Item = &'a T>) {
        self.varint(items.len() as u64);
        items.for_each(|item| item.write(self));
    }
}

/// Reads what a [`Writer`] wrote.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
    texts: Texts,
}

impl<'a> Reader<'a> {
    /// A reader at the front of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: 0, texts: Texts::default() }
    }

    /// The short texts read last, to share them with a record that stands in this one.
    pub(crate) fn texts(&mut self) -> &mut Texts {
        &mut self.texts
    }

    /// Whether everything was read.
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Fails unless everything was read.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.is_at_end() { Ok(()) } else { Err(Malformed::Excess) }
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        let (byte, rest) = self.rest.split_first().ok_or(Malformed::Cut)?;
        self.rest = rest;
        Ok(*byte)
    }

    /// See [`Writer::varint`]. Only the shortest form of a number is accepted.
    pub fn varint(&mut self) -> Result<u64, Malformed> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits || (byte == 0 && shift > 0) {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Malformed::Impossible { what: "number" })
    }

    /// See [`Writer::zigzag`].
    pub fn zigzag(&mut self) -> Result<i64, Malformed> {
        let bits = self.varint()?;
        Ok((bits >> 1) as i64 ^ -((bits & 1) as i64))
    }

    /// See [`Writer::fixed_u64`].
    pub fn fixed_u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// See [`Writer::fixed_u128`].
    pub fn fixed_u128(&mut self) -> Result<u128, Malformed> {
        Ok(u128::from_be_bytes(self.array()?))
    }

    /// See [`Writer::bytes`].
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.count()?;
        let (bytes, rest) = self.rest.split_at(len);
        self.rest = rest;
        Ok(bytes)
    }

    /// A text. Short ones that repeat within the record share their memory.
    pub fn text(&mut self) -> Result<Arc<str>, Malformed> {
        let bytes = self.bytes()?;
        let text = str::from_utf8(bytes).map_err(|_| Malformed::Impossible { what: "text" })?;
        Ok(self.texts.shared(text))
    }

    /// A number of things to come, each of at least one byte.
    pub fn count(&mut self) -> Result<usize, Malformed> {
        let count = self.varint()?;
        usize::try_from(count).ok().filter(|count| *count <= self.rest.len()).ok_or(Malformed::Cut)
    }

    /// A list of what `item` reads.
    pub fn list_of<T, E: From<Malformed>>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        const TRUSTED_CAPACITY: usize = 64;
        let count = self.count()?;
        let mut items = Vec::with_capacity(count.min(TRUSTED_CAPACITY));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// A list whose items have strictly rising keys.
    pub fn rising<T: Layout, K: Ord + ?Sized>(&mut self, key: impl Fn(&T) -> &K) -> Result<Vec<T>, Malformed> {
        let items = self.list_of(T::read)?;
        if items.is_sorted_by(|a, b| key(a) < key(b)) {
            Ok(items)
        } else {
            Err(Malformed::Impossible { what: "order" })
        }
    }

    /// Reads something one level deeper, at most [`DEPTH`] levels.
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<T, Malformed> {
        if self.depth == DEPTH {
            return Err(Malformed::TooDeep);
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// Reads the version of a record, which must be the one that this program writes.
    pub fn version(&mut self, record: &'static str, ours: u8) -> Result<(), Malformed> {
        match self.byte()? {
            version if version == ours => Ok(()),
            version => Err(Malformed::OtherVersion { record, version }),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(Malformed::Cut)?;
        self.rest = rest;
        Ok(*array)
    }
}

/// The short texts read last, each in a place that follows from its bytes.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    seen: [Option<Arc<str>>; Self::PLACES],
}

impl Texts {
    const PLACES: usize = 32;
    const SHORT_BYTES: usize = 32;

    fn shared(&mut self, text: &str) -> Arc<str> {
        let bytes = text.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return text.into() };
        if bytes.len() > Self::SHORT_BYTES {
            return text.into();
        }
        let mixed = bytes.len() + usize::from(*first) * 7 + usize::from(*last) * 13;
        let place = &mut self.seen[mixed % Self::PLACES];
        match place {
            Some(seen) if **seen == *text => seen.clone(),
            _ => place.insert(text.into()).clone(),
        }
    }
}

/// The layout of a struct: its fields, in the order named here. A field that is not named does not compile.
macro_rules! layout_fields {
    ($type:ty { $($field:ident),+ $(,)? }) => {
        impl $crate::codec::Layout for $type {
            fn write(&self, to: &mut $crate::codec::Writer) {
                let Self { $($field),+ } = self;
                $($crate::codec::Layout::write($field, to);)+
            }
            fn read(from: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::error::Malformed> {
                $(let $field = $crate::codec::Layout::read(from)?;)+
                Ok(Self { $($field),+ })
            }
        }
    };
}

/// The layout of an enum without contents: one byte, by the numbers named here. They are never used again.
macro_rules! layout_words {
    ($type:ty, $what:literal { $($variant:ident = $byte:literal),+ $(,)? }) => {
        impl $crate::codec::Layout for $type {
            fn write(&self, to: &mut $crate::codec::Writer) {
                to.byte(match self { $(Self::$variant => $byte),+ });
            }
            fn read(from: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::error::Malformed> {
                match from.byte()? {
                    $($byte => Ok(Self::$variant),)+
                    _ => Err($crate::error::Malformed::Impossible { what: $what }),
                }
            }
        }
    };
}
pub(crate) use {layout_fields, layout_words};

impl Layout for bool {
    fn write(&self, to: &mut Writer) {
        to.byte(u8::from(*self));
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed::Impossible { what: "truth value" }),
        }
    }
}

macro_rules! layout_numbers {
    ($($type:ty),+) => {$(
        impl Layout for $type {
            fn write(&self, to: &mut Writer) {
                to.varint(u64::try_from(*self).expect("no number here is wider"));
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                from.varint()?.try_into().map_err(|_| Malformed::Impossible { what: "number" })
            }
        }
    )+};
}
layout_numbers!(u16, u32, u64, usize);

impl Layout for i64 {
    fn write(&self, to: &mut Writer) {
        to.zigzag(*self);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.zigzag()
    }
}

impl Layout for Arc<str> {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.as_bytes());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.text()
    }
}

impl Layout for String {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.as_bytes());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = str::from_utf8(from.bytes()?).map_err(|_| Malformed::Impossible { what: "text" })?;
        Ok(text.to_owned())
    }
}

impl<T: Layout> Layout for Box<T> {
    fn write(&self, to: &mut Writer) {
        T::write(self, to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        T::read(from).map(Self::new)
    }
}

impl<T: Layout> Layout for Option<T> {
    fn write(&self, to: &mut Writer) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(if bool::read(from)? { Some(T::read(from)?) } else { None })
    }
}

impl<T: Layout> Layout for Arc<T> {
    fn write(&self, to: &mut Writer) {
        T::write(self, to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        T::read(from).map(Self::new)
    }
}

impl<T: Layout> Layout for Vec<T> {
    fn write(&self, to: &mut Writer) {
        to.list(self.iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.list_of(T::read)
    }
}

impl<A: Layout, B: Layout> Layout for (A, B) {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
        self.1.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok((A::read(from)?, B::read(from)?))
    }
}

impl<T: Layout + Ord> Layout for BTreeSet<T> {
    fn write(&self, to: &mut Writer) {
        to.varint(self.len() as u64);
        self.iter().for_each(|value| value.write(to));
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(from.rising(|value: &T| value)?.into_iter().collect())
    }
}

impl<K: Layout + Ord, V: Layout> Layout for BTreeMap<K, V> {
    fn write(&self, to: &mut Writer) {
        to.varint(self.len() as u64);
        for (key, value) in self {
            key.write(to);
            value.write(to);
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(from.rising(|pair: &(K, V)| &pair.0)?.into_iter().collect())
    }
}
