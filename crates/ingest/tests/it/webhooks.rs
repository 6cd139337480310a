//! Webhooks: who cannot sign says nothing; who can changes the catalog.

use base64::{Engine, engine::general_purpose::STANDARD};
use catalog::{catalog::Catalog, item::Stock};
use hmac::{Hmac, KeyInit, Mac};
use ingest::{
    limits,
    webhook::{Delivery, Sender, WebhookError, verify},
};
use model::time::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::feeds::settings;

const SECRET: &str = "hush";
const KNOWN_SIGNATURE: &str = "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=";

fn signature(raw: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(raw);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn delivered(sender: Sender, topic: &str, body: &Value) -> (Delivery, Vec<u8>) {
    let raw = body.to_string().into_bytes();
    let signature = signature(&raw);
    let headers = match sender {
        Sender::Shopify => [("X-Shopify-Hmac-Sha256", signature.as_str()), ("X-Shopify-Topic", topic)],
        Sender::WooCommerce => [("X-WC-Webhook-Signature", signature.as_str()), ("X-WC-Webhook-Topic", topic)],
    };
    (verify(sender, SECRET, &headers, &raw).unwrap(), raw)
}

/// Applies what a webhook says, and returns how many changes there were.
fn take(catalog: &mut Catalog, sender: Sender, topic: &str, body: &Value) -> usize {
    let (delivery, raw) = delivered(sender, topic, body);
    let told = delivery.changes(&raw, &settings()).unwrap();
    told.iter().for_each(|told| _ = catalog.apply(&told.change, told.as_of).unwrap());
    told.len()
}

#[test]
fn a_signature_is_over_the_body_as_it_came() {
    // By another implementation: `printf '{"id":1}' | openssl dgst -sha256 -hmac hush -binary | base64`.
    let (raw, known) = (br#"{"id":1}"#, KNOWN_SIGNATURE);
    let headers =
        [("x-shopify-topic", "products/delete"), ("X-SHOPIFY-HMAC-SHA256", known), ("x-shopify-webhook-id", "w1")];
    let delivery = verify(Sender::Shopify, SECRET, &headers, raw).unwrap();
    assert_eq!((delivery.topic.as_str(), delivery.id.as_deref()), ("products/delete", Some("w1")));
    let check =
        |secret: &str, headers: &[(&str, &str)], raw: &[u8]| verify(Sender::Shopify, secret, headers, raw).err();
    assert_eq!(check(SECRET, &headers, br#"{"id": 1}"#), Some(WebhookError::SignatureWrong));
    assert_eq!(check("other", &headers, raw), Some(WebhookError::SignatureWrong));
    assert_eq!(check("", &headers, raw), Some(WebhookError::SecretMissing));
    assert_eq!(check(SECRET, &headers[..1], raw), Some(WebhookError::SignatureMissing));
    assert_eq!(check(SECRET, &headers[1..], raw), Some(WebhookError::TopicMissing));
    for bad in ["", "not base64!", "aHVzaA==", &known[..40]] {
        let headers = [("x-shopify-topic", "x"), ("x-shopify-hmac-sha256", bad)];
        assert!(check(SECRET, &headers, raw).is_some(), "{bad}");
    }
    let large = vec![b' '; limits::WEBHOOK_BYTES + 1];
    assert_eq!(check(SECRET, &headers, &large), Some(WebhookError::TooLarge));
    assert_eq!(verify(Sender::WooCommerce, SECRET, &headers, raw), Err(WebhookError::SignatureMissing));
}

#[test]
fn shopify_tells_of_products_and_stock() {
    let mut catalog = Catalog::default();
    let mut product = json!({
        "id": 788, "title": "Boot", "body_html": "<p>Warm</p>", "vendor": "Alpina", "product_type": "Boots",
        "tags": "new, warm", "status": "active", "updated_at": "1970-01-01T00:00:02Z",
        "options": [{"name": "Taille", "position": 1}, {"name": "Couleur", "position": 2}],
        "images": [{"src": "https://a.example/1.jpg", "alt": null}],
        "variants": [{"id": 1, "option1": "42", "option2": "Rouge", "price": "100.00", "compare_at_price": "120.00",
            "inventory_item_id": 55, "inventory_quantity": 3, "inventory_management": "shopify", "barcode": ""}],
    });
    assert_eq!(take(&mut catalog, Sender::Shopify, "products/create", &product), 1);
    let view = catalog.find("788").unwrap();
    let variant = view.variants().next().unwrap();
    assert_eq!((variant.size(), variant.color(), variant.stock()), (Some("42"), Some("Rouge"), Stock::counted(3)));
    assert_eq!((view.brand(), view.tags().count()), (Some("Alpina"), 2));
    let level =
        json!({"inventory_item_id": 55, "location_id": 9, "available": 2, "updated_at": "1970-01-01T00:00:03Z"});
    take(&mut catalog, Sender::Shopify, "inventory_levels/update", &level);
    assert_eq!(catalog.find("788").unwrap().variants().next().unwrap().stock_in("9").unwrap().count, 2);
    // An older message that comes late changes nothing.
    product["updated_at"] = json!("1970-01-01T00:00:01Z");
    product["title"] = json!("Old");
    take(&mut catalog, Sender::Shopify, "products/update", &product);
    assert_eq!(catalog.find("788").unwrap().best_texts(&[]).unwrap().title, "Boot");
    assert_eq!(take(&mut catalog, Sender::Shopify, "orders/create", &json!({"id": 1})), 0);
    product["updated_at"] = json!("1970-01-01T00:00:04Z");
    product["status"] = json!("draft");
    take(&mut catalog, Sender::Shopify, "products/update", &product);
    assert!(catalog.find("788").is_none());
}

#[test]
fn woocommerce_tells_of_products_and_variations() {
    let mut catalog = Catalog::default();
    let parent = json!({"id": 11, "name": "Tee", "type": "variable", "status": "publish", "parent_id": 0, "price": "15",
        "categories": [{"id": 3, "name": "Tees"}], "attributes": [{"name": "Size", "options": ["S", "M"]}]});
    let child = json!({"id": 12, "name": "Tee - S", "type": "variation", "status": "publish", "parent_id": 11,
        "regular_price": "20", "sale_price": "15", "stock_status": "instock", "stock_quantity": 4,
        "attributes": [{"name": "Size", "option": "S"}], "date_modified_gmt": "1970-01-01T00:00:02"});
    take(&mut catalog, Sender::WooCommerce, "product.created", &parent);
    take(&mut catalog, Sender::WooCommerce, "product.updated", &child);
    let view = catalog.find("11").unwrap();
    assert_eq!((view.members().count(), view.stock()), (1, Stock::counted(4)));
    assert_eq!(view.prices(Timestamp::EPOCH).unwrap().cents_at(Timestamp::EPOCH), 1_500);
    assert_eq!(catalog.find("12").unwrap().described_at(), Timestamp::from_millis(2_000).unwrap());
    // Woo says no moment of a removal: it is true when it is told, here before the last word about the item.
    take(&mut catalog, Sender::WooCommerce, "product.deleted", &json!({"id": 11}));
    assert!(catalog.find("11").is_none() && catalog.find("12").is_some());
}

#[test]
fn a_body_that_says_nothing_sensible_is_told_with_the_reason() {
    for (topic, body, code) in [
        ("products/update", json!([1]), "ITEM_WITHOUT_ID"),
        ("products/update", json!({"title": "Boot"}), "ITEM_WITHOUT_ID"),
        ("products/update", json!({"id": 1, "title": "Boot", "variants": []}), "ITEM_WITHOUT_PRICE"),
        ("products/update", json!({"id": 1, "updated_at": "soon"}), "NOT_A_MOMENT"),
        ("inventory_levels/update", json!({"available": 1}), "ITEM_WITHOUT_ID"),
    ] {
        let (delivery, raw) = delivered(Sender::Shopify, topic, &body);
        assert_eq!(delivery.changes(&raw, &settings()).unwrap_err().code, code, "{topic} {body}");
    }
    let (delivery, _) = delivered(Sender::Shopify, "products/update", &json!({}));
    assert_eq!(delivery.changes(b"{", &settings()).unwrap_err().code, "BAD_JSON");
}
