//! What the shop sells, as its own system tells the product: everything once, then each morning what is other than the
//! day before.

use serde_json::{Map, Value, json};
use server::inside::Call;
use world::{
    World,
    calendar::Day,
    catalog::{Cut, Family, Item, ItemId},
    store,
};

use super::{Driver, RunError};

/// Items that are told in one call.
const ITEMS: usize = 1_000;

impl Driver<'_> {
    /// Tells what the shop sells on a day.
    pub(super) async fn stock(&mut self, day: Day) -> Result<(), RunError> {
        let told = match self.stocked.replace(day) {
            Some(before) if before == day => return Ok(()),
            Some(before) if before.0 + 1 == day.0 => morning(self.world, day),
            _ => {
                let stores = serde_json::to_vec(&stores())?;
                self.tell_shop("PUT", "/v1/catalog/stores", stores).await?;
                everything(self.world, day)
            }
        };
        for items in told.chunks(ITEMS) {
            let body = serde_json::to_vec(&json!({"items": items, "currency": "EUR", "language": "fr"}))?;
            self.tell_shop("POST", "/v1/catalog/items", body).await?;
        }
        Ok(())
    }

    async fn tell_shop(&mut self, method: &'static str, path: &str, body: Vec<u8>) -> Result<(), RunError> {
        self.note(path, &body)?;
        let key = self.keys.secret.clone();
        self.door.call(Call { method, path: path.to_owned(), key, user_agent: None, body }).await?;
        Ok(())
    }
}

/// The shop's stores, as `PUT /v1/catalog/stores` takes them.
fn stores() -> Value {
    let store = |store: &store::Store| json!({"id": store.slug, "name": store.city, "latitude": f64::from(store.lat), "longitude": f64::from(store.lon)});
    json!({"stores": store::all().iter().map(store).collect::<Vec<_>>()})
}

/// Everything that is sold on a day, as `POST /v1/catalog/items` takes it.
fn everything(world: &World, day: Day) -> Vec<Value> {
    world.catalog.on_sale(day).map(|id| whole(world, id, day)).collect()
}

/// What a day changes: what is new, what is sold no more, and of all else how many there are.
fn morning(world: &World, day: Day) -> Vec<Value> {
    let before = Day(day.0.saturating_sub(1));
    let told = |item: &Item| match (item.is_sold_on(before), item.is_sold_on(day)) {
        (false, true) => Some(whole(world, item.id, day)),
        (true, false) => Some(json!({"id": item.id.to_string(), "change": "remove"})),
        (true, true) if item.sizes.is_some() && turns(world, item.id, (before, day)) => {
            Some(whole(world, item.id, day))
        }
        (true, true) => restocked(world, item.id, (before, day)),
        (false, false) => None,
    };
    world.catalog.items.iter().filter_map(told).collect()
}

/// An item with all that is said of it.
fn whole(world: &World, id: ItemId, day: Day) -> Value {
    let item = world.catalog.item(id);
    let category = world.catalog.category(item.category);
    let cost = f64::from(item.price) * (1.0 - f64::from(item.margin));
    let mut attributes = json!({
        "weight": item.weight, "purpose": item.purpose, "terrain": item.terrain, "waterproof": item.is_waterproof,
        "for": cut(item.cut),
    });
    if let Some(width) = item.width {
        attributes["width"] = width.into();
    }
    let mut told = json!({
        "id": id.to_string(),
        "title": {"fr": item.name.fr, "en": item.name.en},
        "description": {"fr": item.description.fr, "en": item.description.en},
        "brand": item.brand,
        "categories": [[item.family.slug(), category.slug]],
        "price": f64::from(item.price) / 100.0,
        "cost": libm::round(cost) / 100.0,
        "stock": store::stock(world, id, None, day),
        "stores": in_stores(world, id, day),
        "tags": [item.purpose, item.terrain],
        "attributes": attributes,
        "expected_life_days": item.lasts,
        "consumable": matches!(item.family, Family::Care | Family::Kitchen),
    });
    if let Some((smallest, largest)) = item.sizes {
        // All sizes of an item are there or none: the world counts pieces by item.
        let size = |size: u8| json!({"id": format!("{id}-{size}"), "size": size, "availability": availability(world, id, day)});
        told["variants"] = (smallest..=largest).map(size).collect();
    }
    told
}

/// Whether an item came or went with a day: then each of its sizes did.
fn turns(world: &World, id: ItemId, (before, day): (Day, Day)) -> bool {
    availability(world, id, before) != availability(world, id, day)
}

/// How many there are of an item, if that is other than it was.
fn restocked(world: &World, id: ItemId, (before, day): (Day, Day)) -> Option<Value> {
    let web = store::stock(world, id, None, day);
    let (had, has) = (in_stores(world, id, before), in_stores(world, id, day));
    let changed: Map<String, Value> = has.into_iter().filter(|(store, count)| had.get(store) != Some(count)).collect();
    if changed.is_empty() && web == store::stock(world, id, None, before) {
        return None;
    }
    Some(json!({"id": id.to_string(), "change": "patch", "stock": web, "stores": changed}))
}

fn in_stores(world: &World, id: ItemId, day: Day) -> Map<String, Value> {
    let stores = store::all();
    stores.into_iter().map(|one| (one.slug, store::stock(world, id, Some(one.number), day).into())).collect()
}

fn availability(world: &World, id: ItemId, day: Day) -> &'static str {
    if store::stock(world, id, None, day) > 0 { "in_stock" } else { "out_of_stock" }
}

const fn cut(cut: Cut) -> &'static str {
    match cut {
        Cut::Women => "women",
        Cut::Men => "men",
        Cut::All => "all",
        Cut::Children => "children",
    }
}
