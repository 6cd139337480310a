//! Webhooks of shops' systems: the signature first, then what they say of items.

use base64::{Engine, engine::general_purpose::STANDARD};
use catalog::fault::Code;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::{
    feed::{BadItem, Settings, Told, Wrong, shopify_webhook, woocommerce_webhook},
    limits,
    reason::Reason,
};

/// Who sends a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Shopify.
    Shopify,
    /// WooCommerce.
    WooCommerce,
}

/// A webhook whose signature is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who sent it.
    pub sender: Sender,
    /// What it is about, in the sender's words: `products/update`, `product.updated`.
    pub topic: String,
    /// The sender's number of it: the same for each repetition.
    pub id: Option<String>,
}

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// It has no signature, or one that cannot be read.
    #[error("SIGNATURE_MISSING: there is no signature that can be read")]
    SignatureMissing,
    /// Its signature is not what the secret makes of its body.
    #[error("SIGNATURE_WRONG: the signature does not fit the body")]
    SignatureWrong,
    /// It does not say what it is about.
    #[error("TOPIC_MISSING: nothing says what it is about")]
    TopicMissing,
    /// It is larger than it may be.
    #[error("TOO_LARGE: the body is larger than it may be")]
    TooLarge,
    /// The secret is empty: anybody could sign.
    #[error("SECRET_MISSING: there is no secret to check the signature by")]
    SecretMissing,
}

/// The names of a sender's headers.
struct Headers {
    signature: &'static str,
    topic: &'static str,
    id: &'static str,
}

impl Sender {
    const fn headers(self) -> Headers {
        match self {
            Self::Shopify => {
                Headers { signature: "x-shopify-hmac-sha256", topic: "x-shopify-topic", id: "x-shopify-webhook-id" }
            }
            Self::WooCommerce => Headers {
                signature: "x-wc-webhook-signature",
                topic: "x-wc-webhook-topic",
                id: "x-wc-webhook-delivery-id",
            },
        }
    }
}

/// Checks the signature of a webhook: Base64 of HMAC-SHA256 over the body as it came, compared in constant time.
/// `headers` are names and values, as they came.
///
/// # Errors
/// Why it is not believed.
pub fn verify(sender: Sender, secret: &str, headers: &[(&str, &str)], raw: &[u8]) -> Result<Delivery, WebhookError> {
    if raw.len() > limits::WEBHOOK_BYTES {
        return Err(WebhookError::TooLarge);
    }
    if secret.is_empty() {
        return Err(WebhookError::SecretMissing);
    }
    let names = sender.headers();
    let header =
        |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, text)| text.trim());
    let signature = header(names.signature).and_then(|text| STANDARD.decode(text).ok());
    let signature = signature.filter(|bytes| !bytes.is_empty()).ok_or(WebhookError::SignatureMissing)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(raw);
    mac.verify_slice(&signature).map_err(|_| WebhookError::SignatureWrong)?;
    let topic = header(names.topic).filter(|topic| !topic.is_empty()).ok_or(WebhookError::TopicMissing)?;
    Ok(Delivery { sender, topic: topic.to_owned(), id: header(names.id).map(str::to_owned) })
}

impl Delivery {
    /// What it says of items; nothing, if it is about something else.
    ///
    /// # Errors
    /// What is wrong with the body.
    pub fn changes(&self, raw: &[u8], settings: &Settings) -> Result<Vec<Told>, Box<BadItem>> {
        let read = serde_json::from_slice::<Value>(raw);
        let body = read.map_err(|error| Wrong::new(Reason::BadJson, "", format!("The body is no JSON: {error}.")));
        let told = body.and_then(|body| match self.sender {
            _ if !body.is_object() => Err(Wrong::of_catalog(Code::WithoutId, "", "The body is no JSON object.")),
            Sender::Shopify => shopify_webhook(&self.topic, &body, settings),
            Sender::WooCommerce => woocommerce_webhook(&self.topic, &body, settings),
        });
        told.map_err(|wrong| Box::new(wrong.at(1, &String::from_utf8_lossy(raw))))
    }
}
