//! Everything that can be called, one group of endpoints a file. A test holds the router against the table in `api`.

mod backup;
mod cart;
pub(crate) mod catalog;
mod collect;
mod conditions;
mod consent;
mod decide;
mod definitions;
mod drafts;
mod identity;
mod keys;
mod live;
mod profiles;
mod rejected;
mod reports;
mod revisions;
mod rights;
mod search;
mod segments;
mod settings;
mod snippet;
mod system;
mod tags;

use api::error::{ApiError, Code};
use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
    routing::{delete, get, post, put},
};

use crate::{answer::Refusal, app::Shared, cors, observe};

/// The whole API over one [`crate::app::App`].
pub fn router(app: Shared) -> Router {
    // Preflights are answered around everything else, so a wrong method must be inside.
    let public = public()
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), observed_from_anywhere));
    let prefixed = match app.config.prefix.as_str() {
        "" => Router::new(),
        prefix => Router::new().nest(prefix, public.clone()),
    };
    Router::new()
        .merge(persons())
        .merge(project())
        .merge(shop())
        .merge(program())
        .method_not_allowed_fallback(wrong_method)
        .fallback(async || {
            Refusal::from(ApiError::new(Code::NotFound).saying("There is no such path; /openapi.json names all."))
        })
        .layer(middleware::from_fn_with_state(app.clone(), observed))
        .merge(public)
        .merge(prefixed)
        .with_state(app)
}

async fn observed(State(app): State<Shared>, request: Request, next: Next) -> Response {
    observe::observed(&app, request, |request| next.run(request)).await
}

/// The same for what pages of any origin may call: one layer, where two would cost each event and page twice.
async fn observed_from_anywhere(State(app): State<Shared>, request: Request, next: Next) -> Response {
    observe::observed(&app, request, |request| cors::cross_origin(request, next)).await
}

async fn wrong_method() -> Refusal {
    Refusal::new(Code::MethodNotAllowed)
}

/// What pages call, from any origin.
fn public() -> Router<Shared> {
    collect::routes()
        .route("/v1/m", post(settings::client_metrics))
        .route("/v1/projects/{key}/settings", get(settings::segment))
        .route("/analytics.js/v1/{key}/analytics.min.js", get(snippet::script))
        .route("/analytics-next/bundles/{file}", get(snippet::part))
        .route("/sourceConfig/", get(settings::rudderstack))
        .route("/v1/consent", post(consent::record))
        .route("/v1/decide", post(decide::decide))
        .route("/v1/recommend", post(decide::recommend))
        .route("/v1/find", post(search::find))
        .route("/v1/cart", post(cart::read))
        .route("/v1/search", post(search::search))
        .route("/v1/autocomplete", post(search::complete))
        .route("/v1/stores/nearest", post(catalog::nearest))
}

fn persons() -> Router<Shared> {
    Router::new()
        .route("/v1/profiles/{id}", get(profiles::read).delete(rights::erase))
        .route("/v1/profiles/{id}/timeline", get(profiles::timeline))
        .route("/v1/profiles/{id}/predictions", get(profiles::predictions))
        .route("/v1/profiles/{id}/accesses", get(profiles::accesses))
        .route("/v1/profiles/{id}/export", get(rights::export))
        .route("/v1/profiles/{id}/unmerge", post(identity::unmerge))
        .route("/v1/identity/links", post(identity::link))
        .route("/v1/identity/tokens", post(identity::token))
        .route("/v1/decisions/{id}", get(decide::read))
        .route("/v1/decisions/{id}/why", get(decide::reason))
        .route("/v1/decisions/{id}/replay", post(decide::replay))
}

fn project() -> Router<Shared> {
    Router::new()
        .route("/v1/tags", get(tags::list))
        .route("/v1/tags/{name}", get(tags::read))
        .route("/v1/segments", get(segments::list))
        .route("/v1/segments/count", post(segments::count))
        .route("/v1/segments/{name}", get(segments::read))
        .route("/v1/segments/{name}/members", get(segments::members))
        .route("/v1/conditions/preview", post(conditions::preview))
        .merge(publishing())
        .route("/v1/thermometer", get(reports::thermometer))
        .route("/v1/sources/health", get(reports::sources))
        .route("/v1/traits/unused", get(reports::unread_traits))
        .route("/v1/reports/identification", get(reports::identification))
        .route("/v1/reports/unmet-demand", get(reports::unmet_demand))
        .route("/v1/rejected", get(rejected::list))
        .route("/v1/rejected/{id}", put(rejected::correct))
        .route("/v1/rejected/{id}/replay", post(rejected::replay))
        .route("/v1/live", get(live::stream))
        .route("/v1/keys", get(keys::list).post(keys::create))
        .route("/v1/keys/{id}", delete(keys::revoke))
}

/// What the shop sells.
fn shop() -> Router<Shared> {
    Router::new()
        .route("/v1/training", get(decide::training).post(decide::train))
        .route("/v1/catalog", get(catalog::summary))
        .route("/v1/catalog/items", get(catalog::items).post(catalog::tell_items))
        .route("/v1/catalog/items/{id}", get(catalog::item))
        .route("/v1/catalog/stores", put(catalog::set_stores))
        .route("/v1/catalog/feeds", get(catalog::feeds))
        .route("/v1/catalog/feeds/{feed}", get(catalog::feed).put(catalog::put_feed).delete(catalog::forget_feed))
        .route("/v1/catalog/feeds/{feed}/approve", post(catalog::approve_feed))
        .route("/v1/catalog/feeds/{feed}/quarantine", get(catalog::quarantine))
        .route("/v1/webhooks/{sender}", post(catalog::webhook))
}

fn publishing() -> Router<Shared> {
    Router::new()
        .route("/v1/definitions", get(definitions::list).put(definitions::publish_all))
        .route(
            "/v1/definitions/{kind}/{name}",
            get(definitions::read).put(definitions::publish).delete(definitions::remove),
        )
        .route("/v1/drafts", get(drafts::list))
        .route("/v1/drafts/{draft}", get(drafts::read).put(drafts::base).delete(drafts::discard))
        .route("/v1/drafts/{draft}/definitions/{kind}/{name}", put(drafts::put).delete(drafts::remove))
        .route("/v1/drafts/{draft}/check", post(drafts::check))
        .route("/v1/drafts/{draft}/publish", post(drafts::publish))
        .route("/v1/revisions", get(revisions::list))
        .route("/v1/revisions/{revision}", get(revisions::read))
        .route("/v1/revisions/{revision}/rollback", post(revisions::roll_back))
}

fn program() -> Router<Shared> {
    Router::new()
        .route("/v1/status", get(system::status))
        .route("/v1/backup", post(backup::make))
        .route("/v1/test/clock", post(system::clock))
        .route("/health", get(system::health))
        .route("/ready", get(system::ready))
        .route("/metrics", get(system::metrics))
        .route("/openapi.json", get(system::openapi))
}
