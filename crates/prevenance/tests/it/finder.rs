//! Finders through the real program: a few questions lead to the few items that suit.

use model::time::Timestamp;
use serde_json::{Value, json};
use world::{
    Seed, Size, World,
    calendar::Day,
    catalog::{Cut, Family, Item, ItemId},
    draws::{Entity, Purpose},
    life::{Life, Need},
    person::Sex,
    visit::Shopper,
};

use crate::shop::Shop;

/// Boots of the shop, people who buy, and people who then look for what they need.
const BOOTS: usize = 140;
const BUYERS: usize = 800;
const SEEKERS: usize = 100;

/// A world with a day on which boots are on sale.
struct Boots {
    world: World,
    boots: Vec<ItemId>,
    day: Day,
}

impl Boots {
    fn new(seed: u64) -> Self {
        let world = World::new(Seed(seed), Size::of(6_000, 1_600, 60), Timestamp::EPOCH);
        let day = Day(30);
        let boots = world.catalog.on_sale(day).filter(|id| world.catalog.item(*id).family == Family::Boots);
        let boots: Vec<_> = boots.take(BOOTS).collect();
        assert_eq!(boots.len(), BOOTS);
        Self { world, boots, day }
    }

    fn told(&self) -> Vec<Value> {
        let told = |item: &Item| {
            let category = self.world.catalog.category(item.category);
            json!({
                "id": item.id.to_string(), "title": {"en": item.name.en}, "brand": item.brand, "stock": 9,
                "price": f64::from(item.price) / 100.0, "categories": [["Shoes", "Boots", category.name.en]],
                "attributes": {"purpose": item.purpose, "terrain": item.terrain, "waterproof": item.is_waterproof,
                               "cut": cut(item.cut), "width": item.width},
            })
        };
        self.boots.iter().map(|id| told(self.world.catalog.item(*id))).collect()
    }

    /// Tells the shop of them, defines a finder, and lets people buy, from which is learned what is popular.
    fn open(&self, shop: &Shop) {
        let told = json!({"items": self.told(), "currency": "EUR"});
        assert_eq!(shop.secret.post("/v1/catalog/items", &told).expect(200).json().get("refused"), None);
        let mut questions = vec![
            question("category"),
            question("attribute.purpose"),
            question("attribute.terrain"),
            question("attribute.waterproof"),
            question("attribute.width"),
        ];
        questions.push(json!({"fact": "attribute.cut", "text": {"en": "For whom?"}, "must": true}));
        shop.define("finder", "boots", &json!({"category": "Shoes > Boots", "questions": questions}));
        let mut orders = Vec::new();
        for person in &self.world.people[..BUYERS] {
            let who = format!("p-{}", person.id.0);
            shop.grant(&format!("user_id:{who}"), &["site"]);
            let shopper = Shopper::new(&self.world, &Life::begin(&self.world, person.id), self.day);
            let mut draws = self.world.seed.draws(Entity::Person(person.id.0), 0, Purpose::Cart);
            let lines = (0..3).map(|_| {
                let page: Vec<_> = (0..24).map(|_| self.boots[draws.below(BOOTS)]).collect();
                json!({"product_id": shopper.choose(page.into_iter(), draws.unit()).unwrap().to_string()})
            });
            let lines: Vec<Value> = lines.collect();
            orders.push(
                json!({"type": "track", "event": "Order Completed", "userId": who, "properties": {"products": lines}}),
            );
        }
        shop.server_sends(&orders);
        shop.advance("1m");
        _ = shop.secret.post("/v1/training", &json!({})).expect(200);
    }

    /// Those who need boots of some kind on the day, with what they need.
    fn seekers(&self) -> impl Iterator<Item = (Need, Shopper<'_>)> {
        let others = &self.world.people[BUYERS..];
        others.iter().filter_map(|person| {
            let life = Life::begin(&self.world, person.id);
            let need = life.need_on(self.day)?;
            let is_boots = self.world.catalog.category(need.category).family == Family::Boots;
            is_boots.then(|| (need, Shopper::new(&self.world, &life, self.day)))
        })
    }

    /// Which of the boots somebody likes best.
    fn best(&self, shopper: &Shopper<'_>) -> ItemId {
        let liked = |id: &ItemId| shopper.utility(*id);
        *self.boots.iter().max_by(|one, other| liked(one).total_cmp(&liked(other))).unwrap()
    }

    /// What somebody answers who knows what they need: its kind, and for whom; what it is for and where, as they like it
    /// best on average; the rest does not matter to them.
    fn answer(&self, (need, shopper): &(Need, Shopper<'_>), question: &Value) -> Value {
        let offered = question["answers"].as_array().unwrap().iter().map(|answer| answer["answer"].as_str().unwrap());
        let liked = |of: fn(&Item) -> &'static str| {
            let mean = |answer: &&str| {
                let own = self.boots.iter().filter(|id| of(self.world.catalog.item(**id)) == *answer);
                let likes: Vec<f32> = own.map(|id| shopper.utility(*id)).collect();
                likes.iter().sum::<f32>() / likes.len() as f32
            };
            json!(offered.max_by(|one, other| mean(one).total_cmp(&mean(other))))
        };
        match question["fact"].as_str().unwrap() {
            "category" => json!(format!("Shoes > Boots > {}", self.world.catalog.category(need.category).name.en)),
            "attribute.cut" if self.world.person(need.wearer).sex == Sex::Woman => json!("women"),
            "attribute.cut" => json!("men"),
            "attribute.purpose" => liked(|item| item.purpose),
            "attribute.terrain" => liked(|item| item.terrain),
            _ => Value::Null,
        }
    }
}

fn cut(cut: Cut) -> &'static str {
    match cut {
        Cut::Women => "women",
        Cut::Men => "men",
        Cut::All | Cut::Children => "all",
    }
}

fn question(fact: &str) -> Value {
    json!({"fact": fact, "text": {"en": format!("Which {fact}?")}})
}

/// proves CON-11: of 140 boots at most four questions lead to at most six, the one that suits best among them.
#[test]
fn a_few_questions_lead_to_the_boots_that_suit() {
    let boots = Boots::new(1);
    let shop = Shop::open();
    boots.open(&shop);
    let mut found = 0;
    let seekers: Vec<_> = boots.seekers().collect();
    assert!(seekers.len() >= SEEKERS);
    for seeker in &seekers {
        let best = boots.best(&seeker.1).to_string();
        let mut answers = json!({});
        let last = loop {
            let answer = shop.web.post("/v1/find", &json!({"finder": "boots", "answers": answers})).expect(200).json();
            let Some(question) = answer.get("question") else { break answer };
            answers[question["fact"].as_str().unwrap()] = boots.answer(seeker, question);
        };
        let items = last["items"].as_array().unwrap();
        assert!(last["asked"].as_u64().unwrap() <= 4 && items.len() <= 6, "{last}");
        found += usize::from(items.iter().any(|item| item["id"] == *best));
    }
    assert!(found * 10 >= seekers.len() * 8, "{found} of {}", seekers.len());
}

fn boot(id: &str, price: f64, attributes: &Value) -> Value {
    json!({"id": id, "title": {"en": id}, "price": price, "stock": 3, "categories": [["Shoes", "Boots"]],
           "attributes": attributes})
}

/// Twelve boots: four of each width, one of them not waterproof; of one nobody says the width.
fn twelve(shop: &Shop) {
    let mut items: Vec<Value> = (0..12)
        .map(|n| {
            let width = ["narrow", "regular", "wide"][n % 3];
            boot(&format!("b{n:02}"), 100.0 + 10.0 * n as f64, &json!({"width": width, "waterproof": n != 2}))
        })
        .collect();
    items[11]["attributes"] = json!({"waterproof": true});
    items.push(
        json!({"id": "gone", "title": {"en": "Gone"}, "price": 100, "stock": 0, "categories": [["Shoes", "Boots"]]}),
    );
    items.push(json!({"id": "sock", "title": {"en": "Sock"}, "price": 9, "stock": 3, "categories": [["Socks"]]}));
    let told = shop.secret.post("/v1/catalog/items", &json!({"items": items, "currency": "EUR"})).expect(200).json();
    assert_eq!(told.get("refused"), None, "{told}");
    let questions = json!([
        {"fact": "attribute.waterproof", "text": {"en": "Waterproof?", "fr": "Imperméables ?"}},
        {"fact": "attribute.width", "text": {"en": "How wide?", "fr": "Quelle largeur ?"}, "must": true,
         "answers": {"wide": {"en": "Wide feet", "fr": "Pieds larges"}}},
        {"fact": "price", "text": {"en": "How much?", "fr": "Combien ?"}, "steps": [120, 160]},
    ]);
    shop.define("finder", "boots", &json!({"category": "Shoes > Boots", "questions": questions, "count": 2}));
}

fn find(shop: &Shop, answers: &Value, language: &str) -> Value {
    let request = json!({"finder": "boots", "answers": answers, "languages": [language]});
    shop.web.post("/v1/find", &request).expect(200).json()
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[test]
fn what_narrows_most_is_asked_next_and_what_must_be_so_is() {
    let shop = Shop::open();
    twelve(&shop);
    let first = find(&shop, &json!({}), "FR-ch");
    assert_eq!(
        (&first["fitting"], &first["asked"]),
        (&json!(12), &json!(0)),
        "what is gone and what is no boot is not there"
    );
    let question = &first["question"];
    assert_eq!((&question["fact"], &question["text"]), (&json!("attribute.width"), &json!("Quelle largeur ?")));
    // Four, four and three are said to be so; the one of which nobody says is not shown to who needs a width.
    let expected = (4.0 * 4.0 + 4.0 * 4.0 + 3.0 * 3.0) / 11.0;
    assert!((question["expected"].as_f64().unwrap() - expected).abs() < 1e-9, "{question}");
    let answers = json!([{"answer": "narrow", "text": "narrow", "items": 4}, {"answer": "regular", "text": "regular", "items": 4},
                         {"answer": "wide", "text": "Pieds larges", "items": 3}]);
    assert_eq!(question["answers"], answers);
    let wide = find(&shop, &json!({"attribute.width": "wide"}), "en");
    assert_eq!(wide["fitting"], 3, "of one nobody says it, and it must be so: {wide}");
    assert_eq!(wide["question"]["fact"], "attribute.waterproof", "{wide}");
    let yes_no = json!([{"answer": "true", "text": "Yes", "items": 2}, {"answer": "false", "text": "No", "items": 1}]);
    assert_eq!(wide["question"]["answers"], yes_no);
    let dry = find(&shop, &json!({"attribute.width": "wide", "attribute.waterproof": true}), "en");
    assert_eq!((ids(&dry), dry.get("question")), (vec!["b05", "b08"], None), "few enough: {dry}");
    // Nothing is all of it: what misses least is shown, and says what it misses.
    let none = find(&shop, &json!({"attribute.width": "wide", "attribute.waterproof": false, "price": "160.."}), "en");
    assert_eq!((&none["fitting"], ids(&none)), (&json!(0), vec!["b02", "b08"]), "{none}");
    assert_eq!(
        (&none["items"][0]["misses"], &none["items"][1]["misses"]),
        (&json!(["price"]), &json!(["attribute.waterproof"]))
    );
    let free = find(&shop, &json!({"attribute.width": null, "attribute.waterproof": null, "price": null}), "en");
    assert_eq!((&free["fitting"], free.get("question"), ids(&free).len()), (&json!(12), None, 2));
    let any = find(&shop, &json!({"attribute.width": null}), "en");
    let bands = json!([{"answer": "..120", "text": "Under 120", "items": 2},
                       {"answer": "120..160", "text": "120 to 160", "items": 4},
                       {"answer": "160..", "text": "160 and more", "items": 6}]);
    assert_eq!((&any["question"]["fact"], &any["question"]["answers"]), (&json!("price"), &bands));
    // A price that changes is in the next answer.
    let cheap = json!({"price": "..120"});
    assert_eq!(find(&shop, &cheap, "en")["fitting"], 2);
    shop.advance("1m");
    let patch = json!({"currency": "EUR", "items": [{"id": "b09", "change": "patch", "price": 90}]});
    assert_eq!(shop.secret.post("/v1/catalog/items", &patch).expect(200).json()["changed"], 1);
    assert_eq!(find(&shop, &cheap, "en")["fitting"], 3);
}

#[test]
fn what_is_no_finder_or_no_answer_is_refused_with_its_field() {
    let shop = Shop::open();
    twelve(&shop);
    let refused = |request: &Value| {
        let error = shop.web.post("/v1/find", request).expect(422).json()["error"].clone();
        (error["code"].as_str().unwrap().to_owned(), error["pointer"].as_str().unwrap_or_default().to_owned())
    };
    let at = |code: &str, field: &str| (code.to_owned(), field.to_owned());
    assert_eq!(refused(&json!({"finder": "none"})), at("UNKNOWN_FINDER", "/finder"));
    let asked = |answers: Value| refused(&json!({"finder": "boots", "answers": answers}));
    assert_eq!(asked(json!({"brand": "Lowa"})), at("UNKNOWN_FIELD", "/answers/brand"));
    assert_eq!(asked(json!({"price": ["..120"]})), at("WRONG_TYPE", "/answers/price"));
    shop.define("finder", "hats", &json!({"category": "Hats", "questions": [question("brand")]}));
    assert_eq!(refused(&json!({"finder": "hats"})), at("UNKNOWN_CATEGORY", "/finder"));
    let define = |document: Value| {
        let error =
            shop.secret.put("/v1/definitions/finder/wrong?wait=true", &document).expect(422).json()["error"].clone();
        (error["code"].as_str().unwrap().to_owned(), error["pointer"].as_str().unwrap_or_default().to_owned())
    };
    let with = |question: Value| define(json!({"category": "Boots", "questions": [question]}));
    assert_eq!(define(json!({"category": "Boots"})), at("EMPTY", "/questions"));
    assert_eq!(define(json!({"category": "Boots > ", "questions": [question("brand")]})), at("EMPTY", "/category"));
    assert_eq!(with(json!({"fact": "shade", "text": {"en": "?"}})), at("UNKNOWN_FACT", "/questions/0/fact"));
    assert_eq!(with(json!({"fact": "brand", "text": {}})), at("NO_LANGUAGE", "/questions/0/text"));
    let falling = json!({"fact": "price", "text": {"en": "?"}, "steps": [2, 1]});
    assert_eq!(with(falling), at("CONTRADICTION", "/questions/0/steps/1"));
    let own = json!({"category": "Boots", "questions": [question("brand")], "most_questions": 5});
    assert_eq!(define(own), at("OUT_OF_RANGE", "/most_questions"));
    for only in ["profile.city == 'Brest'", "request.device == 'phone'"] {
        let who = json!({"category": "Boots", "questions": [question("brand")], "only": only});
        assert_eq!(define(who), at("CONTRADICTION", "/only"), "{only}");
    }
    let twice = json!({"category": "Boots", "questions": [question("brand"), question("brand")]});
    assert_eq!(define(twice), at("TWICE", "/questions/1/fact"));
}
