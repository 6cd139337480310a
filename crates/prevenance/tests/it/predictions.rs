//! What is foretold of a person, through the real program: held against what they did then.

use model::time::{Span, Timestamp};
use serde_json::{Value, json};

use crate::shop::{START, Shop, at, granting};

/// Draws that are the same in every run.
struct Draws(u64);

impl Draws {
    /// Between 0 and 1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }

    fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }
}

/// A moment so many days from that at which the clock stands.
fn day(days: f64) -> Timestamp {
    at(START).plus(Span::from_millis((days * 86_400_000.0) as i64))
}

fn ordered(who: &str, days: f64, items: &[String]) -> Value {
    let lines: Vec<Value> = items.iter().map(|item| json!({"product_id": item})).collect();
    json!({"type": "track", "event": "Order Completed", "userId": who, "timestamp": api::time::write(day(days)),
           "context": granting(&["site"]), "properties": {"products": lines}})
}

/// A shop of these items with a past, trained.
fn trained(items: usize, mut past: Vec<(f64, Value)>) -> Shop {
    let shop = Shop::open();
    let item = |n: usize| json!({"id": format!("i{n}"), "title": {"en": format!("Item {n}")}, "price": 9, "stock": 99, "consumable": true});
    let told = json!({"currency": "EUR", "items": (0..items).map(item).collect::<Vec<_>>()});
    assert_eq!(shop.secret.post("/v1/catalog/items", &told).expect(200).json().get("refused"), None);
    shop.define("recommender", "any", &json!({"algorithms": "personal"}));
    past.sort_by(|one, other| one.0.total_cmp(&other.0));
    let past: Vec<Value> = past.into_iter().map(|(_, event)| event).collect();
    past.chunks(500).for_each(|some| shop.server_sends(some));
    shop.advance("1m");
    _ = shop.secret.post("/v1/training", &json!({})).expect(200);
    shop
}

fn predicted(shop: &Shop, who: &str) -> Value {
    shop.secret.get(&format!("/v1/profiles/user_id:{who}/predictions?limit=1000")).expect(200).json()
}

/// proves PRO-16: the window of the next need, foretold from the rhythm of purchases, holds the true next purchase in
/// at least 80 % of the cases, and is no wider than it has to be.
#[test]
fn the_next_need_is_foretold() {
    let (mut draws, mut past, mut next) = (Draws(5), Vec::new(), Vec::new());
    for person in 0..240 {
        // Items last 10, 20 or 40 days; everybody's own pace is within a quarter of that, every gap within a third.
        let (who, item) = (format!("p{person}"), person % 3);
        let pace = f64::from(10 << item) * (0.75 + 0.5 * draws.unit());
        let mut at = -200.0 + 40.0 * draws.unit();
        while at < 0.0 {
            past.push((at, ordered(&who, at, &[format!("i{item}")])));
            at += pace * (0.7 + 0.6 * draws.unit());
        }
        next.push((who, format!("i{item}"), at, pace));
    }
    let shop = trained(3, past);
    let (mut held, mut widths) = (0, Vec::new());
    for (who, item, at, pace) in &next {
        let foretold = predicted(&shop, who);
        let own = foretold["items"].as_array().unwrap().iter().find(|one| one["id"] == **item).unwrap();
        assert!(own["times"].as_u64().unwrap() > 1 && own["why"] == "again", "{own}");
        let [from, to] =
            ["earliest", "latest"].map(|end| api::time::read(own["next_need"][end].as_str().unwrap()).unwrap());
        held += usize::from(from <= day(*at) && day(*at) <= to);
        widths.push(to.since(from).as_millis() as f64 / 86_400_000.0 / pace);
    }
    widths.sort_by(f64::total_cmp);
    let width = widths[widths.len() / 2];
    assert!(held * 10 >= next.len() * 8, "{held} of {}", next.len());
    assert!(width < 0.7, "the window is {width} of a gap wide");
}

/// Somebody who likes one kind of items much, and another a little.
struct Shopper {
    who: String,
    liked: [usize; 2],
}

const KINDS: usize = 5;
const OF_KIND: usize = 8;

impl Shopper {
    /// How much they like an item: 2, 1 or 0.
    fn affinity(&self, item: usize) -> usize {
        match self.liked.iter().position(|kind| *kind == item / OF_KIND) {
            Some(0) => 2,
            Some(_) => 1,
            None => 0,
        }
    }

    /// A basket: of two items seven in ten of what is liked much, two of what is liked a little.
    fn basket(&self, draws: &mut Draws) -> Vec<String> {
        let mut one = || {
            let kind = match draws.below(10) {
                0..7 => self.liked[0],
                7..9 => self.liked[1],
                _ => draws.below(KINDS),
            };
            // The first of a kind are taken more.
            let place = draws.below(OF_KIND).min(draws.below(OF_KIND));
            kind * OF_KIND + place
        };
        let both = [one(), one()];
        both.map(|item| format!("i{item}")).to_vec()
    }
}

/// proves SCO-06: the chance that a person takes an item is as often true as it says, and rises with how much they truly
/// like it.
#[test]
fn the_chance_that_an_item_interests_somebody_is_true() {
    let (mut draws, mut past) = (Draws(8), Vec::new());
    let shoppers: Vec<Shopper> = (0..260)
        .map(|n| {
            let first = draws.below(KINDS);
            Shopper { who: format!("p{n}"), liked: [first, (first + 1 + draws.below(KINDS - 1)) % KINDS] }
        })
        .collect();
    let mut then = Vec::new();
    for shopper in &shoppers {
        // Of a year and the two months after it that a chance looks ahead.
        let mut at = -360.0 + 20.0 * draws.unit();
        let mut taken = Vec::new();
        while at < 60.0 {
            let basket = shopper.basket(&mut draws);
            if at < 0.0 {
                past.push((at, ordered(&shopper.who, at, &basket)));
            } else {
                taken.extend(basket);
            }
            at += 2.0 + 36.0 * draws.unit();
        }
        then.push(taken);
    }
    let shop = trained(KINDS * OF_KIND, past);
    let (mut said, mut by_affinity) = (Vec::new(), [(0.0, 0); 3]);
    for (shopper, taken) in shoppers.iter().zip(&then) {
        let foretold = predicted(&shop, &shopper.who);
        assert_eq!(foretold["ahead_days"], 60.0);
        for one in foretold["items"].as_array().unwrap() {
            let (id, chance) = (one["id"].as_str().unwrap(), one["chance"].as_f64().unwrap());
            said.push((chance, taken.iter().any(|item| item == id)));
            let known = &mut by_affinity[shopper.affinity(id[1..].parse().unwrap())];
            *known = (known.0 + chance, known.1 + 1);
        }
    }
    said.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut error = 0.0;
    for bin in said.chunks(said.len().div_ceil(10)) {
        let (chance, truth) = (bin.iter().map(|one| one.0).sum::<f64>(), bin.iter().filter(|one| one.1).count() as f64);
        error += (chance - truth).abs() / said.len() as f64;
    }
    assert!(error <= 0.03, "calibration error {error} of {} chances", said.len());
    let mean = by_affinity.map(|(sum, count)| sum / f64::from(count));
    assert!(mean[2] > 1.5 * mean[1] && mean[1] > 1.5 * mean[0], "{mean:?}");
}

#[test]
fn of_whom_nothing_may_be_foretold_nothing_is() {
    let past = |who: &str| (-30..-1).map(|n| (f64::from(n), ordered(who, f64::from(n), &["i0".to_owned()]))).collect();
    let shop = trained(2, past("ana"));
    assert_eq!(predicted(&shop, "ana")["items"][0]["id"], "i0");
    let refused = |path: &str, status: u16| {
        shop.secret.get(&format!("/v1/profiles/{path}")).expect(status).json()["error"]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(refused("user_id:ana/predictions?purpose=email", 403), "NO_CONSENT");
    assert_eq!(refused("user_id:ana/predictions?purpose=none", 422), "UNKNOWN_PURPOSE");
    assert_eq!(refused("user_id:ana/predictions?limit=0", 400), "BAD_QUERY");
    assert_eq!(refused("user_id:nobody/predictions", 404), "NOT_FOUND");
    assert_eq!(shop.web.get("/v1/profiles/user_id:ana/predictions").status, 403);
    let accesses = shop.secret.get("/v1/profiles/user_id:ana/accesses").expect(200).json();
    assert_eq!(accesses["accesses"].as_array().unwrap().len(), 2, "looking and being refused are noted: {accesses}");
    shop.server_sends(&[json!({"type": "identify", "userId": "ana", "traits": {"birth_date": "2012-05-01"}})]);
    assert_eq!(predicted(&shop, "ana")["items"], json!([]), "a minor");
    shop.refuse("user_id:ana", &["site"]);
    assert_eq!(refused("user_id:ana/predictions", 403), "NO_CONSENT");
}
