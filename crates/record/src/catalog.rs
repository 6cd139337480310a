//! What a shop sells: of each number the changes that make the item again, and the shop's stores. It names nobody, so it
//! is not sealed.
//!
//! ```text
//! item      version 1 | id | changes, each behind its moment
//! stores    version 2 | id, name, place, address of each; version 1, which is read too, has no addresses
//! ```

use catalog::{
    change::{Change, Patch, Target},
    item::{Attribute, Availability, Condition, Image, Item, Role, Stock, StoreStock, Texts, Usage, Variant},
    money::{Currency, Prices, Sale},
    place::{Address, Place, Store},
};
use model::{time::Timestamp, value::Finite};

use crate::{
    codec::{Layout, Reader, Writer, decode, encode, layout_fields, layout_words},
    error::Malformed,
};

const ITEM_VERSION: u8 = 1;
const STORES_VERSION: u8 = 2;
/// Before stores had addresses.
const STORES_BEFORE: u8 = 1;

/// What is behind a number of the catalog.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemRow {
    /// The id that has the number.
    pub id: String,
    /// What makes it again ([`catalog::catalog::Catalog::changes`]).
    pub changes: Vec<(Timestamp, Change)>,
}

/// The bytes of what is behind a number.
pub fn encode_item(item: &ItemRow) -> Vec<u8> {
    encode(ITEM_VERSION, item)
}

/// What is behind a number, by its bytes.
pub fn decode_item(bytes: &[u8]) -> Result<ItemRow, Malformed> {
    decode("item", ITEM_VERSION, bytes)
}

/// The bytes of the shop's stores.
pub fn encode_stores(stores: &Vec<Store>) -> Vec<u8> {
    encode(STORES_VERSION, stores)
}

/// The shop's stores, by their bytes.
pub fn decode_stores(bytes: &[u8]) -> Result<Vec<Store>, Malformed> {
    if bytes.first() == Some(&STORES_BEFORE) {
        let before: Vec<StoreBefore> = decode("stores", STORES_BEFORE, bytes)?;
        let now = |StoreBefore { id, name, place }| Store { id, name, place, address: None };
        return Ok(before.into_iter().map(now).collect());
    }
    decode("stores", STORES_VERSION, bytes)
}

/// A store as it was before it had an address.
struct StoreBefore {
    id: String,
    name: String,
    place: Option<Place>,
}

layout_fields!(ItemRow { id, changes });
layout_fields!(Patch { target, prices, cost_cents, stock, stores });
layout_fields!(Item {
    id,
    group,
    role,
    texts,
    brand,
    categories,
    prices,
    cost_cents,
    stock,
    stores,
    images,
    link,
    tags,
    attributes,
    gtin,
    mpn,
    condition,
    expected_life_days,
    usage,
    variants,
    released_at,
});
layout_fields!(Variant { id, size, color, prices, stock, stores, gtin, inventory_id });
layout_fields!(Texts { title, description });
layout_fields!(Image { url, alt });
layout_fields!(Stock { availability, count });
layout_fields!(StoreStock { count, as_of });
layout_fields!(Prices { currency, price_cents, sale });
layout_fields!(Sale { price_cents, from, until });
layout_fields!(Store { id, name, place, address });
layout_fields!(StoreBefore { id, name, place });
layout_words!(Role, "role of an item" { Sold = 0, Parent = 1 });
layout_words!(Availability, "availability" { InStock = 0, OutOfStock = 1, Preorder = 2, Backorder = 3 });
layout_words!(Condition, "condition of an item" { New = 0, Refurbished = 1, Used = 2 });
layout_words!(Usage, "usage of an item" { Consumable = 0, Durable = 1 });

impl Layout for Change {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Put(item) => {
                to.byte(0);
                item.write(to);
            }
            Self::Patch(patch) => {
                to.byte(1);
                patch.write(to);
            }
            Self::Variant { item, variant } => {
                to.byte(2);
                item.write(to);
                variant.write(to);
            }
            Self::Remove { id } => {
                to.byte(3);
                id.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            0 => Self::Put(Layout::read(from)?),
            1 => Self::Patch(Layout::read(from)?),
            2 => Self::Variant { item: Layout::read(from)?, variant: Layout::read(from)? },
            3 => Self::Remove { id: Layout::read(from)? },
            _ => return Err(Malformed::Impossible { what: "change of the catalog" }),
        })
    }
}

impl Layout for Target {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Item { id } => {
                to.byte(0);
                id.write(to);
            }
            Self::Variant { item, id } => {
                to.byte(1);
                item.write(to);
                id.write(to);
            }
            Self::Inventory { id } => {
                to.byte(2);
                id.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            0 => Self::Item { id: Layout::read(from)? },
            1 => Self::Variant { item: Layout::read(from)?, id: Layout::read(from)? },
            2 => Self::Inventory { id: Layout::read(from)? },
            _ => return Err(Malformed::Impossible { what: "target of a patch" }),
        })
    }
}

impl Layout for Attribute {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Text(text) => {
                to.byte(0);
                text.write(to);
            }
            Self::Number(number) => {
                to.byte(1);
                number.write(to);
            }
            Self::Flag(flag) => {
                to.byte(2);
                flag.write(to);
            }
            Self::List(texts) => {
                to.byte(3);
                texts.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            0 => Self::Text(Layout::read(from)?),
            1 => Self::Number(Layout::read(from)?),
            2 => Self::Flag(Layout::read(from)?),
            3 => Self::List(Layout::read(from)?),
            _ => return Err(Malformed::Impossible { what: "attribute" }),
        })
    }
}

/// Its three letters.
impl Layout for Currency {
    fn write(&self, to: &mut Writer) {
        self.as_str().bytes().for_each(|letter| to.byte(letter));
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let letters = [from.byte()?, from.byte()?, from.byte()?];
        let currency = str::from_utf8(&letters).ok().and_then(Self::new);
        currency.ok_or(Malformed::Impossible { what: "currency" })
    }
}

/// Degrees north, degrees east.
impl Layout for Address {
    fn write(&self, to: &mut Writer) {
        self.country().to_owned().write(to);
        self.postcode().to_owned().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (country, postcode) = (String::read(from)?, String::read(from)?);
        Self::new(&country, &postcode).map_err(|_| Malformed::Impossible { what: "address" })
    }
}

impl Layout for Place {
    fn write(&self, to: &mut Writer) {
        let degrees = |number| Finite::new(number).expect("on Earth");
        degrees(self.latitude()).write(to);
        degrees(self.longitude()).write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (latitude, longitude) = (Finite::read(from)?, Finite::read(from)?);
        Self::new(latitude.get(), longitude.get()).map_err(|_| Malformed::Impossible { what: "place" })
    }
}
