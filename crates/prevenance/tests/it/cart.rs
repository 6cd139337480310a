//! The cart with which somebody comes back, through the real program.

use model::time::Span;
use serde_json::{Value, json};

use crate::shop::{Shop, at, track};

fn stocked() -> Shop {
    let shop = Shop::open();
    let items = json!([
        {"id": "boot", "title": {"en": "Boot", "fr": "Chaussure"}, "price": 129, "stock": 5, "link": "https://shop.example/boot",
         "variants": [{"id": "b-42", "price": 119, "stock": 2}, {"id": "b-43", "stock": 0}]},
        {"id": "pole", "title": "Pole", "price": 30, "stock": 9},
        {"id": "tent", "title": "Tent", "price": 250, "stock": 1},
    ]);
    tell(&shop, &items);
    shop
}

fn tell(shop: &Shop, items: &Value) {
    let told = shop.secret.post("/v1/catalog/items", &json!({"items": items, "currency": "EUR"})).expect(200).json();
    assert_eq!(told["bad"], 0, "{told}");
}

fn laptop() -> Value {
    json!({"anonymousId": "laptop"})
}

/// Sends what somebody did with products, each under an id of its own.
fn does(shop: &Shop, who: &Value, id: &str, name: &str, properties: &Value) {
    shop.page_sends(&[track(name, id, who, properties)]);
    // What happens in one moment has no order.
    shop.advance("1s");
}

fn product(id: &str, quantity: u64, price: f64) -> Value {
    json!({"product_id": id, "quantity": quantity, "price": price, "currency": "EUR"})
}

fn cart(shop: &Shop, who: &Value) -> Value {
    shop.web.post("/v1/cart", who).expect(200).json()
}

fn of_laptop(shop: &Shop) -> Value {
    cart(shop, &json!({"anonymous_id": "laptop"}))
}

fn lines(cart: &Value) -> Vec<(&str, u64, &str)> {
    let lines = cart["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            let word = |name: &str| line[name].as_str().unwrap();
            (word("item"), line["quantity"].as_u64().unwrap(), word("availability"))
        })
        .collect()
}

/// proves DEC-07: given a cart of three days ago, when the person returns, the cart is there with the prices and the
/// stock of now, beside the prices of then.
#[test]
fn the_cart_of_three_days_ago_is_there_with_live_price_and_stock() {
    let mut shop = stocked();
    shop.grant("anonymous_id:laptop", &["site"]);
    does(&shop, &laptop(), "1", "Product Added", &product("boot", 1, 149.0));
    does(&shop, &laptop(), "2", "Product Added", &product("pole", 2, 30.0));
    does(&shop, &laptop(), "3", "Product Added", &product("tent", 1, 250.0));
    shop.advance("3d");
    tell(
        &shop,
        &json!([
            {"id": "boot", "change": "patch", "price": 99}, {"id": "pole", "change": "patch", "stock": 0},
            {"id": "tent", "change": "remove"},
        ]),
    );
    let answer = cart(&shop, &json!({"anonymous_id": "laptop", "language": "fr"}));
    assert_eq!(lines(&answer), [("tent", 1, "gone"), ("pole", 2, "out_of_stock"), ("boot", 1, "in_stock")]);
    let boot = json!({
        "item": "boot", "quantity": 1, "added_at": "2026-03-02T10:00:00Z", "availability": "in_stock", "stock": 2,
        "price_cents": 9_900, "price_then_cents": 14_900, "currency": "EUR", "title": "Chaussure",
        "link": "https://shop.example/boot",
    });
    assert_eq!(answer["lines"][2], boot);
    assert!(answer["lines"][0].get("price_cents").is_none(), "{answer}");

    shop.server.kill9();
    shop.start_again_at(at("2026-03-05 10:00").plus(Span::SECOND.times(3)));
    assert_eq!(cart(&shop, &json!({"anonymous_id": "laptop", "language": "fr"})), answer);
    shop.advance("26d");
    assert_eq!(lines(&of_laptop(&shop)).len(), 3, "as long as 30 days");
    shop.advance("2d");
    assert_eq!(of_laptop(&shop), json!({"lines": []}));
}

#[test]
fn what_is_taken_out_or_ordered_is_not_in_it() {
    let shop = stocked();
    shop.grant("anonymous_id:laptop", &["site"]);
    let mut number = 0;
    let mut then = |name: &str, properties: Value| {
        number += 1;
        does(&shop, &laptop(), &number.to_string(), name, &properties);
        let answer = of_laptop(&shop);
        lines(&answer).iter().map(|(item, quantity, _)| ((*item).to_owned(), *quantity)).collect::<Vec<_>>()
    };
    let is = |lines: &[(&str, u64)]| lines.iter().map(|(item, many)| ((*item).to_owned(), *many)).collect::<Vec<_>>();
    assert_eq!(then("Product Added", product("boot", 2, 129.0)), is(&[("boot", 2)]));
    assert_eq!(then("Product Added", product("boot", 1, 129.0)), is(&[("boot", 3)]));
    assert_eq!(then("Product Added", json!({"product_id": "pole"})), is(&[("pole", 1), ("boot", 3)]));
    assert_eq!(then("Product Removed", product("boot", 1, 129.0)), is(&[("pole", 1), ("boot", 2)]));
    assert_eq!(then("Product Removed", json!({"product_id": "pole"})), is(&[("boot", 2)]));
    let viewed = json!({"products": [product("boot", 2, 129.0), product("tent", 1, 250.0), "no product"]});
    assert_eq!(then("Cart Viewed", viewed), is(&[("tent", 1), ("boot", 2)]));
    let ordered = json!({"order_id": "o-1", "products": [product("boot", 2, 129.0)]});
    assert_eq!(then("Order Completed", ordered), is(&[("tent", 1)]));
    assert_eq!(then("Order Completed", json!({"order_id": "o-2"})), is(&[]));
    assert_eq!(then("Product Added", json!({"product_id": "boot", "quantity": 1e300})), is(&[("boot", 10_000)]));
    assert_eq!(
        then("Product Added", json!({"product_id": "boot", "quantity": -5, "price": -3})),
        is(&[("boot", 10_000)])
    );
    assert_eq!(then("Product Added", json!({"name": "no id"})), is(&[("boot", 10_000)]));
}

#[test]
fn a_variant_has_its_own_price_and_stock() {
    let shop = stocked();
    shop.grant("anonymous_id:laptop", &["site"]);
    for (id, variant) in [("1", "b-42"), ("2", "b-43"), ("3", "b-44")] {
        does(&shop, &laptop(), id, "Product Added", &json!({"product_id": "boot", "variant": variant}));
    }
    let answer = of_laptop(&shop);
    let shown = |at: usize| {
        let line = &answer["lines"][at];
        (line["variant"].as_str().unwrap(), line["availability"].as_str().unwrap(), line["price_cents"].as_u64())
    };
    assert_eq!((shown(0), shown(1)), (("b-44", "gone", None), ("b-43", "out_of_stock", Some(12_900))));
    assert_eq!(shown(2), ("b-42", "in_stock", Some(11_900)));
}

#[test]
fn nothing_is_said_without_consent_or_of_an_account_that_is_not_proven() {
    let shop = stocked();
    let nobody = json!({"lines": [], "silent_because": "nobody"});
    assert_eq!(of_laptop(&shop), nobody);
    shop.grant("user_id:ana", &["site"]);
    let ana = json!({"anonymousId": "laptop", "userId": "ana"});
    does(&shop, &laptop_of(&shop), "1", "Product Added", &product("pole", 1, 30.0));
    does(&shop, &ana, "2", "Product Added", &product("boot", 1, 129.0));
    // What Ana did behind her login is hers: whoever uses the laptop after her sees what named nobody.
    assert_eq!(lines(&of_laptop(&shop)), [("pole", 1, "in_stock")]);
    assert_eq!(cart(&shop, &json!({"user_id": "ana"})), nobody);
    assert_eq!(lines(&cart(&shop, &json!({"user_id": "ana", "anonymous_id": "laptop"}))), [("pole", 1, "in_stock")]);
    let signed = shop.secret.post("/v1/identity/tokens", &json!({"person": "user_id:ana", "ttl_s": 600}));
    let proof = signed.expect(200).json()["token"].clone();
    let hers = [("boot", 1, "in_stock"), ("pole", 1, "in_stock")];
    assert_eq!(lines(&cart(&shop, &json!({"identity_token": proof}))), hers);
    let asked = shop.secret.post("/v1/cart", &json!({"user_id": "ana"})).expect(200).json();
    assert_eq!(lines(&asked), hers);
    let accesses = shop.read("user_id:ana", "/accesses").expect(200).json();
    assert_eq!(
        (&accesses["accesses"][0]["purpose"], &accesses["accesses"][0]["allowed"]),
        (&json!("site"), &json!(true))
    );
    // What she ordered there, with her name, is out of it on the laptop too.
    does(&shop, &ana, "3", "Order Completed", &json!({"products": [product("pole", 1, 30.0)]}));
    assert_eq!(of_laptop(&shop), json!({"lines": []}));

    shop.refuse("user_id:ana", &["site"]);
    let silent = json!({"lines": [], "silent_because": "no_consent"});
    assert_eq!(shop.secret.post("/v1/cart", &json!({"user_id": "ana"})).expect(200).json(), silent);
    assert_eq!(cart(&shop, &json!({"identity_token": proof})), silent);
    for (client, body, status, pointer) in [
        (&shop.web, json!({"identifiers": {"email": "ana@example.com"}}), 403, "/identifiers"),
        (&shop.web, json!({"identity_token": "forged"}), 403, "/identity_token"),
        (&shop.secret, json!({"identifiers": {"badge": "7"}}), 422, "/identifiers/badge"),
        (&shop.web, json!({"who": "ana"}), 422, "/who"),
    ] {
        let error = client.post("/v1/cart", &body).expect(status).json();
        assert_eq!(error["error"]["pointer"], pointer, "{error}");
    }
    assert_eq!(shop.server.nobody().post("/v1/cart", &json!({})).status, 401);
    let long = json!({"anonymous_id": "x".repeat(10_000)});
    assert_eq!(cart(&shop, &long), nobody);
}

/// The laptop, whose visitor agrees.
fn laptop_of(shop: &Shop) -> Value {
    shop.grant("anonymous_id:laptop", &["site"]);
    laptop()
}

#[test]
fn a_long_history_is_read_as_far_as_its_bound() {
    let shop = stocked();
    shop.grant("anonymous_id:laptop", &["site"]);
    does(&shop, &laptop(), "first", "Product Added", &product("tent", 1, 250.0));
    shop.advance("1m");
    let viewed = |from: usize| -> Vec<Value> {
        (from..from + 600)
            .map(|n| track("Product Viewed", &format!("v{n}"), &laptop(), &json!({"product_id": "pole"})))
            .collect()
    };
    shop.page_sends(&viewed(0));
    assert_eq!(lines(&of_laptop(&shop)), [("tent", 1, "in_stock")], "over several pages");
    let many: Vec<Value> = (0..150)
        .map(|n| track("Product Added", &format!("a{n}"), &laptop(), &json!({"product_id": format!("p{n}")})))
        .collect();
    shop.page_sends(&many);
    assert_eq!(of_laptop(&shop)["lines"].as_array().unwrap().len(), 100);
}
