//! Searching the catalog.

use std::{collections::BTreeMap, sync::Arc};

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        finder::{FindAnswer, FindRequest},
        search::{
            CompleteAnswer, CompleteRequest, Correction, FacetValue, SearchAnswer, SearchHit, SearchPersonal,
            SearchReading, SearchRequest, SearchSort,
        },
    },
};
use axum::extract::State;
use catalog::number::ItemNumber;
use merchandise::shown::Reader;
use model::value::Finite;
use search::{
    Because, Blend, Count, Exact, Facet, Filters, Hit, Language, LastWord, Page, Person, Reading, Request, Snapshot,
    Sort, Stock, Taste, Tastes, Wanted, limits,
};

use crate::{
    answer::{Answer, Json, Refusal},
    app::{App, Shared, blocking},
    auth,
    body::Sent,
    decide::{self, Caller},
};

/// Hits of a page whose size is not named.
const SIZE: usize = 24;
/// Completions of each kind where nobody says how many.
const COMPLETIONS: usize = 5;
/// Edges of bands of prices.
const BANDS: usize = 50;

/// Finds items; in the person's order where the placement that is named decides so.
pub(super) async fn search(State(app): State<Shared>, Sent { headers, body, peer }: Sent) -> Answer<SearchAnswer> {
    let key = auth::writer(&app, &headers, &body)?;
    let request: SearchRequest = wire::read(&body)?;
    check(&request)?;
    let Some(page) = request.page() else {
        return Ok(Json(blocking(&app, move |app| found(app, &request, &Order::default())).await?));
    };
    let caller = Caller::new(&app, &key, &headers, peer, &page);
    let made = decide::make(&app, &caller, &page).await?;
    let decision = made.answer(&app, key.kind, &page).decisions.into_iter().next();
    let tells_why = made.may_tell(key.kind, &page);
    let order = made.order().map(|of| tastes(&app, of, request.language.as_deref()));
    let order = Order { tastes: order, tells_why };
    let found = blocking(&app, move |app| found(app, &request, &order)).await?;
    Ok(Json(SearchAnswer { decision, ..found }))
}

/// In which order hits come.
#[derive(Default)]
struct Order {
    /// What the person likes; nothing: the order is everybody's.
    tastes: Option<Tastes>,
    /// Whether the caller may learn what that is.
    tells_why: bool,
}

/// What somebody likes, and what suits the country of their language and the season.
fn tastes(app: &App, of: &::decide::Tastes, language: Option<&str>) -> Tastes {
    let told = |all: &[(Arc<str>, Finite)]| all.iter().map(|(what, much)| (what.to_string(), much.get())).collect();
    let context = app.runtime.suited(language);
    Tastes { interests: told(&of.interests), searched: told(&of.searched), context, ..Tastes::default() }
}

/// Completes what is being typed.
pub(super) async fn complete(State(app): State<Shared>, Sent { headers, body, .. }: Sent) -> Answer<CompleteAnswer> {
    _ = auth::writer(&app, &headers, &body)?;
    let request: CompleteRequest = wire::read(&body)?;
    let size = request.size.unwrap_or(COMPLETIONS);
    if size > limits::COMPLETIONS {
        return Err(out_of_range("/size", limits::COMPLETIONS));
    }
    let completed = blocking(&app, move |app| {
        let (snapshot, catalog) = (searchable(app)?, app.runtime.catalog());
        let wanted = Wanted { queries: size, categories: size, items: size };
        let language = language(request.language.as_deref());
        let completed =
            snapshot.complete(&request.query, language, &Filters::NONE, wanted).map_err(|error| unusable(&error))?;
        let languages: Vec<Arc<str>> = request.language.as_deref().map(Arc::from).into_iter().collect();
        let reader = Reader { catalog: &catalog, languages: &languages, now: app.runtime.now() };
        Ok(CompleteAnswer {
            queries: completed.queries,
            categories: completed.categories,
            items: completed.items.iter().filter_map(|one| hit(&reader, one, false)).collect(),
        })
    });
    Ok(Json(completed.await?))
}

/// The next question of a finder, and what fits so far.
pub(super) async fn find(State(app): State<Shared>, Sent { headers, body, .. }: Sent) -> Answer<FindAnswer> {
    _ = auth::writer(&app, &headers, &body)?;
    let request: FindRequest = wire::read(&body)?;
    Ok(Json(blocking(&app, move |app| Ok(merchandise::finder::find(&app.runtime, &request)?)).await?))
}

fn check(request: &SearchRequest) -> Result<(), Refusal> {
    if request.offset > limits::DEPTH {
        return Err(out_of_range("/offset", limits::DEPTH));
    }
    if request.size.is_some_and(|size| size > limits::PAGE) {
        return Err(out_of_range("/size", limits::PAGE));
    }
    if request.facets.len() > limits::FACETS {
        return Err(ApiError::new(Code::TooMany).saying("A search counts at most 50 facets.").at("/facets").into());
    }
    let bands = &request.price_bands;
    if bands.len() > BANDS || !bands.is_sorted_by(|one, other| one < other) {
        let message = "There are at most 50 bands, and their edges rise.";
        return Err(ApiError::new(Code::OutOfRange).saying(message).at("/price_bands").into());
    }
    Ok(())
}

fn out_of_range(at: &str, most: usize) -> Refusal {
    ApiError::new(Code::OutOfRange).saying(format!("It has to be at most {most}.")).at(at).into()
}

fn found(app: &App, request: &SearchRequest, order: &Order) -> Result<SearchAnswer, Refusal> {
    let blend = Blend::default();
    let (snapshot, catalog) = (searchable(app)?, app.runtime.catalog());
    let values: Vec<(&str, Vec<&str>)> = request
        .filters
        .topics
        .iter()
        .map(|(family, values)| (family.as_str(), values.iter().map(String::as_str).collect()))
        .collect();
    let topics: Vec<(&str, &[&str])> = values.iter().map(|(family, values)| (*family, values.as_slice())).collect();
    let prices = (request.filters.price_from_cents, request.filters.price_below_cents);
    let price_cents = match prices {
        (None, None) => None,
        (from, below) => Some((from.unwrap_or(0), below.unwrap_or(u64::MAX))),
    };
    let filters = Filters {
        topics: &topics,
        price_cents,
        stock: if request.filters.in_stock { Stock::InStock } else { Stock::Any },
        allow: None,
    };
    let mut facets: Vec<(&str, Facet<'_>)> = request
        .facets
        .iter()
        .map(|facet| match facet.as_str() {
            "in_stock" => ("in_stock", Facet::InStock),
            family => (family, Facet::Family(family)),
        })
        .collect();
    if !request.price_bands.is_empty() {
        facets.push(("price", Facet::Price(&request.price_bands)));
    }
    let counted: Vec<Facet<'_>> = facets.iter().map(|(_, facet)| *facet).collect();
    let asked = Request {
        text: &request.query,
        language: language(request.language.as_deref()),
        last_word: if request.typing { LastWord::Begun } else { LastWord::Whole },
        filters: &filters,
        sort: sort(request.sort),
        page: Page { offset: request.offset, size: request.size.unwrap_or(SIZE) },
        facets: &counted,
        count: Count::All,
        person: order.tastes.as_ref().map(|tastes| Person { tastes, blend: &blend }),
    };
    let found = snapshot.search(&asked).map_err(|error| unusable(&error))?;
    let now = app.runtime.now();
    let languages: Vec<Arc<str>> = request.language.as_deref().map(Arc::from).into_iter().collect();
    let reader = Reader { catalog: &catalog, languages: &languages, now };
    if let Err(error) = app.demand.look((&snapshot, &catalog), &asked, &found, now) {
        tracing::warn!(code = error.code(), %error, "a search was not looked at for unmet demand");
    }
    let facets: BTreeMap<String, Vec<FacetValue>> = facets
        .iter()
        .zip(found.facets)
        .map(|((name, _), counted)| {
            let values = counted.into_iter().map(|counted| FacetValue { value: counted.value, hits: counted.hits });
            ((*name).to_owned(), values.collect())
        })
        .collect();
    Ok(SearchAnswer {
        hits: found.hits.iter().filter_map(|one| hit(&reader, one, order.tells_why)).collect(),
        total: found.total,
        facets,
        reading: reading(found.reading),
        decision: None,
    })
}

/// What can be searched; until the index was opened, nothing.
fn searchable(app: &App) -> Result<Snapshot, Refusal> {
    app.searching.snapshot().ok_or_else(|| Refusal::new(Code::NotReady))
}

fn unusable(error: &search::SearchError) -> Refusal {
    Refusal::new(Code::StorageFailed).because(error)
}

fn language(tag: Option<&str>) -> Language {
    tag.map_or(Language::Any, Language::of_tag)
}

const fn sort(sort: SearchSort) -> Sort {
    match sort {
        SearchSort::Relevance => Sort::Relevance,
        SearchSort::Cheapest => Sort::Cheapest,
        SearchSort::Dearest => Sort::Dearest,
        SearchSort::Newest => Sort::Newest,
        SearchSort::Popular => Sort::Popularity,
    }
}

/// A hit as it is now; none if the item went since the index was made.
fn hit(reader: &Reader<'_>, hit: &Hit, tells_why: bool) -> Option<SearchHit> {
    let item = reader.catalog.item(ItemNumber(hit.number))?;
    let said = |because: &Because| match &because.what {
        Taste::Interest(topic) => format!("interest {topic}"),
        Taste::Context(topic) => format!("context {topic}"),
        Taste::Searched(query) => format!("searched {query}"),
        Taste::Price => "price".to_owned(),
    };
    let personal = hit.personal.as_ref().map(|personal| SearchPersonal {
        liking: personal.liking,
        because: personal.because.iter().filter(|_| tells_why).map(said).collect(),
    });
    Some(SearchHit { item: reader.item(&item), found_by: hit.grade.word().to_owned(), personal })
}

fn reading(reading: Reading) -> SearchReading {
    let Reading { exact, cut, corrected, dropped, did_you_mean, .. } = reading;
    let exact = exact.map(|exact| match exact {
        Exact::Code => "code".to_owned(),
        Exact::Name => "name".to_owned(),
    });
    let corrected = corrected.into_iter().map(|(typed, read)| Correction { typed, read }).collect();
    SearchReading { exact, corrected, dropped, did_you_mean, cut }
}
