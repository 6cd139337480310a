//! The nearest stores that have an item: from where the visitor is, or from a postcode.

use api::{
    error::{ApiError, Code},
    wire::{
        Moment,
        nearby::{Ask, NearbyStore, NearestAnswer, NearestRequest, StoreAvailability},
    },
};
use catalog::{
    catalog::Catalog,
    place::{self, Address, InStore, Nearby, Place, Seeker, stores_with},
};
use model::time::{Span, Timestamp};

use crate::limits;

/// The nearest stores with an item, by word on their stock that is fresh; stale word is shown as such.
///
/// # Errors
/// `NOT_FOUND` for an item or a variant that is not there; `OUT_OF_RANGE`, `MISSING_FIELD`, `VALIDATION`. No message says
/// from where somebody looks.
pub fn nearest(catalog: &Catalog, request: &NearestRequest, now: Timestamp) -> Result<NearestAnswer, ApiError> {
    let from = seeker(request)?;
    let fresh_within_s = request.fresh_within_s.unwrap_or(limits::STOCK_FRESH_S);
    if !(1..=limits::STOCK_FRESH_S).contains(&fresh_within_s) {
        let message = format!("Word on stock is fresh for 1 to {} seconds.", limits::STOCK_FRESH_S);
        return Err(ApiError::new(Code::OutOfRange).saying(message).at("/fresh_within_s"));
    }
    let missing =
        |what: &str, at: &str| ApiError::new(Code::NotFound).saying(format!("There is no such {what}.")).at(at);
    let item = catalog.find(&request.item).ok_or_else(|| missing("item", "/item"))?;
    let variant = request.variant.as_deref().map(|id| item.variant(id).ok_or_else(|| missing("variant", "/variant")));
    let variant = variant.transpose()?;
    let Some(from) = from else { return Ok(NearestAnswer { stores: Vec::new(), ask: Some(Ask::Postcode) }) };
    let fresh_since = now.minus(Span::SECOND.times(i64::from(fresh_within_s)));
    let with = stores_with(&item, variant.as_ref(), fresh_since);
    let near = place::nearest(&with, &from, limits::STORES_NEARBY);
    Ok(NearestAnswer { stores: near.iter().map(shown).collect(), ask: None })
}

/// From where to look: where the visitor is, if that is said, else a postcode.
fn seeker(request: &NearestRequest) -> Result<Option<Seeker>, ApiError> {
    let without = |other: &str, said: &str| {
        let message = format!("`{said}` needs `{other}` beside it.");
        Err(ApiError::new(Code::MissingField).saying(message).at(format!("/{other}")))
    };
    match (request.latitude, request.longitude) {
        (Some(north), Some(east)) => return Ok(Some(Seeker::At(rounded(north, east)?))),
        (Some(_), None) => return without("longitude", "latitude"),
        (None, Some(_)) => return without("latitude", "longitude"),
        (None, None) => {}
    }
    match (request.country.as_deref(), request.postcode.as_deref()) {
        (Some(country), Some(postcode)) => {
            let address = Address::new(country, postcode).map_err(|fault| {
                ApiError::new(Code::Validation).saying(fault.message).at(format!("/{}", fault.field))
            })?;
            Ok(Some(Seeker::Near(address)))
        }
        (None, Some(_)) => without("country", "postcode"),
        (_, None) => Ok(None),
    }
}

/// A place to a hundredth of a degree, about a kilometer: nearer nobody needs to know where a visitor is.
fn rounded(north: f64, east: f64) -> Result<Place, ApiError> {
    let hundredth = |degrees: f64| (degrees * 100.0).round() / 100.0;
    Place::new(hundredth(north), hundredth(east)).map_err(|_| {
        let at = if north.abs() <= 90.0 { "/longitude" } else { "/latitude" };
        let message = "A latitude is from -90 to 90 degrees, a longitude from -180 to 180.";
        ApiError::new(Code::OutOfRange).saying(message).at(at)
    })
}

fn shown(near: &Nearby<'_>) -> NearbyStore {
    let (availability, count, as_of) = match near.stock {
        InStore::Available { count, as_of } => (StoreAvailability::Available, Some(count), as_of),
        InStore::Unknown { as_of } => (StoreAvailability::Unknown, None, as_of),
    };
    let address = near.store.address.as_ref();
    NearbyStore {
        id: near.store.id.clone(),
        name: near.store.name.clone(),
        // The place was rounded: more digits would only look exact.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a distance on Earth")]
        distance_m: near.distance_m.map(|meters| (meters / 100.0).round() as u64 * 100),
        availability,
        count,
        as_of: Moment(as_of),
        country: address.map(|address| address.country().to_owned()),
        postcode: address.map(|address| address.postcode().to_owned()),
    }
}
