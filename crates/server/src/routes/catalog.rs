//! What the shop sells: told item by item, by feeds, by webhooks; and read.

use std::time::Duration;

use api::{
    error::{ApiError, Code, pointer},
    time,
    wire::{
        self, Moment,
        catalog::{
            CatalogAnswer, CatalogRequest, CatalogSummary, CategorySummary, FeedAnswer, FeedList, ItemAnswer, ItemPage,
            QuarantinePage, StoreDocument, StoresDocument,
        },
        nearby::{NearestAnswer, NearestRequest},
    },
};
use axum::{
    body::Body,
    extract::{Request, State},
};
use catalog::{
    money::Currency,
    number::ItemNumber,
    place::{Address, Place, Store},
    view::ItemView,
};
use futures_util::StreamExt;
use ingest::{
    feed::{Fed, Feed, FeedFormat, Settings, written},
    number::DecimalSign,
    webhook::{self, Sender, WebhookError},
};
use merchandise::{
    feeds::{FeedError, Said, Then, WEBHOOK},
    tell::tell,
};
use model::time::Timestamp;
use runtime::shelf::StoresError;
use serde::Deserialize;
use tokio::{fs::File, io::AsyncWriteExt};

use crate::{
    answer::{Answer, Json, Refusal},
    app::{App, Shared, blocking},
    auth::{self, Secret},
    body::{Content, Sent},
    cursor::{self, Paging},
    request::{InPath, InQuery},
};

/// Items told in one call.
const ITEMS: usize = 1_000;
/// The language of texts where nobody says it.
const LANGUAGE: &str = "en";
/// Bytes of a feed.
const FEED_BYTES: u64 = 8 << 30;
/// Bytes of the name of a feed.
const NAME_BYTES: usize = 64;
/// How long the next piece of a feed may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// After which a feed is tried again that the disk could not take.
const AGAIN: Duration = Duration::from_secs(5);

/// How many items, which categories, which stores.
pub(super) async fn summary(State(app): State<Shared>, Secret(_): Secret) -> Answer<CatalogSummary> {
    let catalog = app.runtime.catalog();
    let category = |number| {
        let items = catalog.in_category(number).map_or(0, |items| items.len());
        let path = catalog.category_path(number).map(str::to_owned).collect();
        (items > 0).then_some(CategorySummary { path, items })
    };
    let mut categories: Vec<CategorySummary> = catalog.categories().filter_map(category).collect();
    categories.sort_by(|one, other| one.path.cmp(&other.path));
    let stores = catalog.stores().values().map(shown_store).collect();
    Ok(Json(CatalogSummary { items: catalog.len() as u64, categories, stores }))
}

/// Tells items, prices and stock.
pub(super) async fn tell_items(
    State(app): State<Shared>,
    Secret(_): Secret,
    Content(body): Content,
) -> Answer<CatalogAnswer> {
    let request: CatalogRequest = wire::read(&body)?;
    if request.items.len() > ITEMS {
        let message = format!("A call tells at most {ITEMS} items; send a feed, or several calls.");
        return Err(ApiError::new(Code::TooMany).saying(message).at("/items").into());
    }
    let mut settings = Settings::new(app.runtime.now(), request.language.as_deref().unwrap_or(LANGUAGE));
    settings.currency = currency(request.currency.as_deref())?;
    let answer = blocking(&app, move |app| {
        let items = request.items.iter().zip(0..);
        let read = items.flat_map(|(item, place)| Feed::of_json(item, place, &settings)).collect();
        let mut answer = tell(&app.runtime, read)?;
        // The caller has what it sent.
        answer.refused.iter_mut().for_each(|refused| refused.raw.clear());
        Ok(answer)
    });
    Ok(Json(answer.await?))
}

/// A page of items.
pub(super) async fn items(
    State(app): State<Shared>,
    Secret(_): Secret,
    InQuery(paging): InQuery<Paging>,
) -> Answer<ItemPage> {
    let from = paging.from("items")?.map_or(0, |[from]| from);
    let (limit, now, catalog) = (paging.limit()?, app.runtime.now(), app.runtime.catalog());
    let present = catalog.present();
    let mut numbers = present.iter();
    numbers.advance_to(u32::try_from(from).unwrap_or(u32::MAX));
    let page: Vec<ItemView<'_>> =
        numbers.by_ref().take(limit).filter_map(|one| catalog.item(ItemNumber(one))).collect();
    let next = numbers.next().map(|next| cursor::write("items", [u64::from(next)]));
    Ok(Json(ItemPage { items: page.iter().map(|item| shown(item, now)).collect(), next }))
}

/// One item.
pub(super) async fn item(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(id): InPath<String>,
) -> Answer<ItemAnswer> {
    let catalog = app.runtime.catalog();
    let item = catalog.find(&id).ok_or_else(|| ApiError::new(Code::NotFound).saying("There is no such item."))?;
    Ok(Json(shown(&item, app.runtime.now())))
}

/// Says which stores the shop has.
pub(super) async fn set_stores(
    State(app): State<Shared>,
    Secret(_): Secret,
    Content(body): Content,
) -> Answer<StoresDocument> {
    let StoresDocument { stores } = wire::read(&body)?;
    let read = |(number, store): (usize, StoreDocument)| {
        let StoreDocument { id, name, latitude, longitude, country, postcode } = store;
        let refused_at = |field: &str, message: &str| {
            Refusal::from(ApiError::new(Code::OutOfRange).saying(message).at(format!("/stores/{number}/{field}")))
        };
        let refused = |message: &str| refused_at("latitude", message);
        let place = match (latitude, longitude) {
            (None, None) => None,
            (Some(north), Some(east)) => Some(Place::new(north, east).map_err(|fault| refused(&fault.message))?),
            _ => return Err(refused("A place has a latitude and a longitude.")),
        };
        let address = match (&country, &postcode) {
            (None, None) => None,
            (Some(country), Some(postcode)) => {
                let address = Address::new(country, postcode);
                Some(address.map_err(|fault| refused_at(&fault.field, &fault.message))?)
            }
            _ => return Err(refused_at("postcode", "A postcode has a country beside it.")),
        };
        Ok(Store { id, name, place, address })
    };
    let stores: Vec<Store> = stores.into_iter().enumerate().map(read).collect::<Result<_, Refusal>>()?;
    let set = blocking(&app, move |app| {
        app.runtime.set_stores(stores).map_err(|error| match error {
            StoresError::Fault(fault) => {
                ApiError::new(Code::Validation).saying(fault.message).at(pointer("", "stores")).into()
            }
            StoresError::Failure(failure) => Refusal::from(failure),
        })
    });
    set.await?;
    let catalog = app.runtime.catalog();
    Ok(Json(StoresDocument { stores: catalog.stores().values().map(shown_store).collect() }))
}

/// The nearest stores that have an item. From where somebody looks is neither kept nor logged.
pub(super) async fn nearest(State(app): State<Shared>, Sent { headers, body, .. }: Sent) -> Answer<NearestAnswer> {
    _ = auth::writer(&app, &headers, &body)?;
    let request: NearestRequest = wire::read(&body)?;
    let nearest =
        move |app: &App| Ok(merchandise::nearby::nearest(&app.runtime.catalog(), &request, app.runtime.now())?);
    Ok(Json(blocking(&app, nearest).await?))
}

/// All feeds.
pub(super) async fn feeds(State(app): State<Shared>, Secret(_): Secret) -> Answer<FeedList> {
    Ok(Json(FeedList { feeds: app.feeds.all() }))
}

/// One feed.
pub(super) async fn feed(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
) -> Answer<FeedAnswer> {
    Ok(Json(app.feeds.feed(&name)?))
}

/// What is said of a feed that it does not say itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FeedQuery {
    full: bool,
    format: Option<String>,
    currency: Option<String>,
    language: Option<String>,
    decimal: Option<String>,
    told_at: Option<String>,
}

/// Takes a feed, and reads it in the background.
pub(super) async fn put_feed(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
    InQuery(query): InQuery<FeedQuery>,
    request: Request,
) -> Answer<FeedAnswer> {
    let said = query.read(app.runtime.now())?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if !(1..=NAME_BYTES).contains(&name.len()) || !name.chars().all(plain) || name.starts_with(WEBHOOK) {
        let message = "The name of a feed has 1 to 64 of the letters a to z, digits, `-` and `_`, and does not begin with `webhook-`.";
        return Err(ApiError::new(Code::BadName).saying(message).into());
    }
    let part = app.feeds.begin(&name)?;
    receive(request.into_body(), &part.0).await?;
    let taken = name.clone();
    let feed = blocking(&app, move |app| Ok(app.feeds.take(&taken, &part, said)?)).await?;
    tokio::spawn(read_feed(app, name));
    Ok(Json(feed))
}

/// Applies a feed that is held.
pub(super) async fn approve_feed(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
) -> Answer<FeedAnswer> {
    let approved = name.clone();
    let feed = blocking(&app, move |app| Ok(app.feeds.approve(&approved)?)).await?;
    tokio::spawn(read_feed(app, name));
    Ok(Json(feed))
}

/// Forgets a feed.
pub(super) async fn forget_feed(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
) -> Answer<FeedAnswer> {
    Ok(Json(blocking(&app, move |app| Ok(app.feeds.forget(&name)?)).await?))
}

/// What in a feed is no item.
pub(super) async fn quarantine(
    State(app): State<Shared>,
    Secret(_): Secret,
    InPath(name): InPath<String>,
    InQuery(paging): InQuery<Paging>,
) -> Answer<QuarantinePage> {
    let from = paging.from("quarantine")?.map_or(0, |[from]| from as usize);
    let limit = paging.limit()?;
    let refused = blocking(&app, move |app| Ok(app.feeds.quarantine(&name, from, limit)?)).await?;
    let next = (refused.len() == limit).then(|| cursor::write("quarantine", [(from + limit) as u64]));
    Ok(Json(QuarantinePage { refused, next }))
}

/// Takes what a shop's system tells by itself.
pub(super) async fn webhook(
    State(app): State<Shared>,
    InPath(sender): InPath<String>,
    sent: Sent,
) -> Answer<CatalogAnswer> {
    let webhooks = &app.config.webhooks;
    let (sender, name, secret) = match sender.as_str() {
        "shopify" => (Sender::Shopify, "webhook-shopify", &app.webhook_secrets.shopify),
        "woocommerce" => (Sender::WooCommerce, "webhook-woocommerce", &app.webhook_secrets.woocommerce),
        _ => return Err(ApiError::new(Code::NotFound).saying("Webhooks come from `shopify` or `woocommerce`.").into()),
    };
    let secret = secret.as_deref().ok_or(Code::WebhookOff)?;
    let headers: Vec<(&str, &str)> =
        sent.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let delivery = webhook::verify(sender, secret, &headers, &sent.body).map_err(|error| match error {
        WebhookError::TooLarge => ApiError::new(Code::BodyTooLarge),
        WebhookError::TopicMissing => ApiError::new(Code::BadHeader).saying("No header says what it is about."),
        WebhookError::SignatureMissing | WebhookError::SignatureWrong | WebhookError::SecretMissing => {
            ApiError::new(Code::BadSignature)
        }
    })?;
    let mut settings = Settings::new(app.runtime.now(), webhooks.language.clone());
    settings.currency = Currency::new(&webhooks.currency);
    let answer = blocking(&app, move |app| {
        let read = match delivery.changes(&sent.body, &settings) {
            Ok(told) => told.into_iter().map(Fed::Told).collect(),
            Err(bad) => vec![Fed::Bad(*bad)],
        };
        let mut answer = tell(&app.runtime, read)?;
        // Its sender reads no answers, so somebody else has to.
        app.feeds.quarantine_webhook(name, &answer.refused)?;
        answer.refused.iter_mut().for_each(|refused| refused.raw.clear());
        Ok(answer)
    });
    Ok(Json(answer.await?))
}

/// Reads a feed that waits, and tries again while the disk does not take it.
pub(crate) async fn read_feed(app: Shared, name: String) {
    while !app.is_stopping() {
        let own = name.clone();
        let read = blocking(&app, move |app| Ok(app.feeds.work(&app.runtime, &own, &|| app.is_stopping())));
        match read.await {
            Ok(Then::Rest) => return,
            Ok(Then::TryAgain) => tokio::time::sleep(AGAIN).await,
            Err(refusal) => {
                tracing::error!(code = refusal.error().code.as_str(), "a feed could not be read");
                return;
            }
        }
    }
}

/// Writes a body to a file as it comes: durable on return.
async fn receive(body: Body, path: &std::path::Path) -> Result<(), Refusal> {
    let mut file = File::create(path).await.map_err(disk)?;
    let (mut stream, mut bytes) = (body.into_data_stream(), 0);
    loop {
        let next = tokio::time::timeout(PATIENCE, stream.next()).await;
        let Some(piece) = next.map_err(|_| ApiError::new(Code::BadBody).saying("The body took too long to arrive."))?
        else {
            break;
        };
        let piece = piece.map_err(|_| ApiError::new(Code::BadBody).saying("The body ended too early."))?;
        bytes += piece.len() as u64;
        if bytes > FEED_BYTES {
            return Err(ApiError::new(Code::BodyTooLarge).saying("A feed has at most 8 GiB.").into());
        }
        file.write_all(&piece).await.map_err(disk)?;
    }
    file.sync_all().await.map_err(disk)?;
    Ok(())
}

fn disk(error: std::io::Error) -> Refusal {
    FeedError::Io(error).into()
}

impl FeedQuery {
    fn read(self, now: Timestamp) -> Result<Said, Refusal> {
        let Self { full, format, currency: code, language, decimal, told_at } = self;
        if let Some(word) = format.as_deref().filter(|word| FeedFormat::of_word(word).is_none()) {
            let known = FeedFormat::ALL.map(|format| format!("`{}`", format.word())).join(", ");
            let message = format!("There is no format `{}`; known are {known}.", word.escape_debug());
            return Err(ApiError::new(Code::UnknownWord).saying(message).at("/format").into());
        }
        currency(code.as_deref())?;
        let decimal = match decimal.as_deref() {
            None => None,
            Some("point") => Some(DecimalSign::Point),
            Some("comma") => Some(DecimalSign::Comma),
            Some(_) => {
                return Err(ApiError::new(Code::UnknownWord).saying("It is `point` or `comma`.").at("/decimal").into());
            }
        };
        let told_at = match told_at.as_deref().map(time::read) {
            None => now,
            Some(Some(moment)) if moment <= now => moment,
            Some(_) => {
                let message = "A moment such as 2026-03-02T10:00:00Z is needed, not after now.";
                return Err(ApiError::new(Code::BadMoment).saying(message).at("/told_at").into());
            }
        };
        let language = language.unwrap_or_else(|| LANGUAGE.to_owned());
        Ok(Said { full, format, currency: code, language, decimal, told_at: Moment(told_at) })
    }
}

impl From<FeedError> for Refusal {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Unknown => ApiError::new(Code::NotFound).saying("There is no such feed.").into(),
            FeedError::Busy => Code::FeedBusy.into(),
            FeedError::NotHeld => Code::FeedNotHeld.into(),
            FeedError::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => Code::StorageFull.into(),
            FeedError::Io(error) => Self::new(Code::StorageFailed).because(&error),
        }
    }
}

fn currency(code: Option<&str>) -> Result<Option<Currency>, Refusal> {
    let Some(code) = code else { return Ok(None) };
    let unknown = || ApiError::new(Code::UnknownWord).saying("A currency has three capital letters, such as EUR.");
    Ok(Some(Currency::new(code).ok_or_else(|| unknown().at("/currency"))?))
}

fn shown(item: &ItemView<'_>, now: Timestamp) -> ItemAnswer {
    ItemAnswer {
        item: written::item(&item.to_item(), &time::write),
        price_cents: item.prices(now).map(|prices| prices.cents_at(now)),
        in_stock: item.stock().is_in(),
        described_at: Moment(item.described_at()),
        offered_since: Moment(item.offered_since()),
    }
}

fn shown_store(store: &Store) -> StoreDocument {
    let Store { id, name, place, address } = store.clone();
    let (latitude, longitude) = place.map(|place| (place.latitude(), place.longitude())).unzip();
    let parts = |address: Address| (address.country().to_owned(), address.postcode().to_owned());
    let (country, postcode) = address.map(parts).unzip();
    StoreDocument { id, name, latitude, longitude, country, postcode }
}
