//! Searching the catalog.

use std::collections::BTreeMap;

use api::{
    error::{ApiError, Code},
    wire::{
        self,
        search::{
            CompleteAnswer, CompleteRequest, Correction, FacetValue, SearchAnswer, SearchHit, SearchReading,
            SearchRequest, SearchSort,
        },
    },
};
use axum::{Json, extract::State};
use catalog::{catalog::Catalog, number::ItemNumber};
use model::time::Timestamp;
use search::{
    Count, Exact, Facet, Filters, Hit, Language, LastWord, Page, Reading, Request, Snapshot, Sort, Stock, Wanted,
    limits,
};

use crate::{
    answer::{Answer, Refusal},
    app::{App, Shared, blocking},
    auth,
    body::Sent,
};

/// Hits of a page whose size is not named.
const SIZE: usize = 24;
/// Completions of each kind where nobody says how many.
const COMPLETIONS: usize = 5;
/// Edges of bands of prices.
const BANDS: usize = 50;

/// Finds items.
pub(super) async fn search(State(app): State<Shared>, Sent { headers, body, .. }: Sent) -> Answer<SearchAnswer> {
    _ = auth::writer(&app, &headers, &body)?;
    let request: SearchRequest = wire::read(&body)?;
    check(&request)?;
    Ok(Json(blocking(&app, move |app| found(app, &request)).await?))
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
        let wanted = Wanted { queries: 0, categories: size, items: size };
        let language = language(request.language.as_deref());
        let completed =
            snapshot.complete(&request.query, language, &Filters::NONE, wanted).map_err(|error| unusable(&error))?;
        let reader = Reader { catalog: &catalog, language: request.language.as_deref(), now: app.runtime.now() };
        Ok(CompleteAnswer {
            categories: completed.categories,
            items: completed.items.iter().filter_map(|hit| reader.hit(hit)).collect(),
        })
    });
    Ok(Json(completed.await?))
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

fn found(app: &App, request: &SearchRequest) -> Result<SearchAnswer, Refusal> {
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
        person: None,
    };
    let found = snapshot.search(&asked).map_err(|error| unusable(&error))?;
    let now = app.runtime.now();
    if let Err(error) = app.demand.look((&snapshot, &catalog), &asked, &found, now) {
        tracing::warn!(code = error.code(), %error, "a search was not looked at for unmet demand");
    }
    let reader = Reader { catalog: &catalog, language: request.language.as_deref(), now };
    let facets: BTreeMap<String, Vec<FacetValue>> = facets
        .iter()
        .zip(found.facets)
        .map(|((name, _), counted)| {
            let values = counted.into_iter().map(|counted| FacetValue { value: counted.value, hits: counted.hits });
            ((*name).to_owned(), values.collect())
        })
        .collect();
    Ok(SearchAnswer {
        hits: found.hits.iter().filter_map(|hit| reader.hit(hit)).collect(),
        total: found.total,
        facets,
        reading: reading(found.reading),
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
    }
}

/// Shows hits to somebody.
struct Reader<'a> {
    catalog: &'a Catalog,
    language: Option<&'a str>,
    now: Timestamp,
}

impl Reader<'_> {
    /// A hit as it is now; none if the item went since the index was made.
    fn hit(&self, hit: &Hit) -> Option<SearchHit> {
        let item = self.catalog.item(ItemNumber(hit.number))?;
        let wanted: Vec<&str> = self.language.into_iter().collect();
        let prices = item.prices(self.now);
        let usual = prices.filter(|prices| prices.sale_at(self.now).is_some()).map(|prices| prices.price_cents);
        Some(SearchHit {
            id: item.id().to_owned(),
            title: item.best_texts(&wanted).map_or_else(String::new, |texts| texts.title.to_owned()),
            brand: item.brand().map(str::to_owned),
            price_cents: prices.map(|prices| prices.cents_at(self.now)),
            usual_price_cents: usual,
            currency: prices.map(|prices| prices.currency.as_str().to_owned()),
            in_stock: item.stock().is_in(),
            link: item.link().map(str::to_owned),
            image: item.images().next().map(|(url, _)| url.to_owned()),
            found_by: hit.grade.word().to_owned(),
        })
    }
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
