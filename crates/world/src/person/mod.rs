//! Who the customers are: what no shop can see.

mod birth;
pub(crate) mod household;
pub(crate) mod names;
pub(crate) mod places;
mod reactions;
mod taste;

use model::time::Timestamp;

pub use self::taste::PERSONAS;
use crate::{
    Seed, Size,
    calendar::{Calendar, Day, civil},
    catalog::Latent,
    dirt::Tellings,
    rule::{RULES, Rule},
    store::Store,
};

/// A customer, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub u32);

/// A household, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HouseholdId(pub u32);

/// A civil date: year, month, day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i16, pub u8, pub u8);

/// Sex, as an item is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Woman.
    Woman,
    /// Man.
    Man,
}

/// What somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// French: 80 %.
    French,
    /// English: 20 %.
    English,
}

/// Where somebody lives.
#[derive(Debug, Clone, PartialEq)]
pub struct Home {
    /// The region, by number, which has the weather.
    pub region: u8,
    /// `FR` or `GB`.
    pub country: &'static str,
    /// The town.
    pub city: &'static str,
    /// Its code.
    pub postal_code: String,
    /// Latitude.
    pub lat: f32,
    /// Longitude.
    pub lon: f32,
}

/// What somebody can be reached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Channel {
    /// E-mail.
    Email,
    /// Text message.
    Sms,
    /// Notification.
    Push,
    /// Letter.
    Post,
    /// Call.
    Phone,
    /// The site and the app.
    Site,
    /// The till.
    Till,
}

/// What was agreed to, as bits of [`Consents`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consents {
    /// Decisions on the site.
    pub site: bool,
    /// E-mail.
    pub email: bool,
    /// Whether mails were opened.
    pub email_open: bool,
    /// Calls.
    pub phone: bool,
    /// Advertisements elsewhere.
    pub ads: bool,
    /// Measurement.
    pub measurement: bool,
}

/// A browser or an app.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Its `anonymous_id`, as the product is told. A shared device has the same one for all who use it.
    pub id: String,
    /// `phone`, `tablet`, `computer`.
    pub kind: &'static str,
    /// Its user agent.
    pub user_agent: &'static str,
    /// Whether it is the app.
    pub is_app: bool,
    /// Whether others of the household use it too.
    pub is_shared: bool,
    /// Share of this person's visits that come from it.
    pub share: f32,
}

/// How somebody reacts to what is done for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Reactions {
    /// What seven channels do, in the order of [`Channel`]: 0 nothing, 1 much.
    pub appetite: [f32; 7],
    /// How much inference, age of evidence, naming and repetition hurt: 0 never, 1 quickly.
    pub discomfort: f32,
    /// No treatment changes anything: 25 %.
    pub is_cold: bool,
    /// Treatments make it worse: 5 %.
    pub is_negative: bool,
    /// For each rule what it adds to the log-odds of buying in a visit in which it was seen; individual noise included.
    pub effects: [f32; RULES],
}

/// A customer.
#[derive(Debug, Clone)]
pub struct Person {
    /// The number.
    pub id: PersonId,
    /// The household.
    pub household: HouseholdId,
    /// Who else of the household is a customer.
    pub partner: Option<PersonId>,
    /// Which of the 8 personas.
    pub persona: u8,
    /// Where the taste lies on day 0; of length about 1.
    pub taste: Latent,
    /// Where it drifts to, slowly; of length about 1.
    pub drift: Latent,
    /// What can be spent on a visit that buys, in cents.
    pub budget: u32,
    /// How much a price matters: 0 not at all, 1 on average, 3 much.
    pub price_sensitivity: f32,
    /// Sex.
    pub sex: Sex,
    /// Born.
    pub born: Date,
    /// Shoe size, European.
    pub shoe_size: f32,
    /// `narrow`, `regular`, `wide`.
    pub foot_width: &'static str,
    /// Where the person lives on day 0.
    pub home: Home,
    /// Where the person moves to, and when, if a life changes so (4 %).
    pub moves: Option<(Day, Home)>,
    /// The taste from that day on, if a life changes so (4 %).
    pub turns: Option<(Day, Latent)>,
    /// What the person reads.
    pub tongue: Tongue,
    /// First name.
    pub first_name: &'static str,
    /// Last name.
    pub last_name: &'static str,
    /// The address for mails.
    pub email: String,
    /// The phone, E.164.
    pub phone: String,
    /// The loyalty card, of those who have one.
    pub card: Option<String>,
    /// The account, `user_id`; made at the first login.
    pub account: String,
    /// What is used to visit: 1 to 3.
    pub devices: Vec<Device>,
    /// What is agreed to when first asked.
    pub consents: Consents,
    /// How many visits there are on an average day.
    pub visits_a_day: f32,
    /// The hour at which visits are most likely.
    pub hour: u8,
    /// Share of orders that are made at a till.
    pub till_share: f32,
    /// The store that is nearest, by number.
    pub store: u8,
    /// How likely somebody tells others.
    pub word_of_mouth: f32,
    /// How the person reacts.
    pub reactions: Reactions,
    /// When systems are told something about the person.
    pub tellings: Tellings,
    /// Whether the person only orders with coupons and sends back much: 0.5 %.
    pub is_farmer: bool,
    /// Had ordered before day 0.
    pub is_old_customer: bool,
    /// The first day in the shop; 0 for an old customer.
    pub joins: Day,
}

/// All customers, by number. A larger world has the customers of a smaller one as long as both last as long; the last of
/// an odd number lives alone.
pub fn all(seed: Seed, size: Size, calendar: Calendar, stores: &[Store], rules: &[Rule]) -> Vec<Person> {
    let born = birth::Born { seed, size, calendar, stores, rules };
    (0..size.customers()).map(|number| born.person(PersonId(number))).collect()
}

impl Person {
    /// Where the taste lies on a day: it drifts slowly and, in some lives, turns at once.
    pub fn taste_on(&self, day: Day) -> Latent {
        match self.turns {
            Some((from, taste)) if from <= day => taste::drifted(&taste, &self.drift, Day(day.0 - from.0)),
            _ => taste::drifted(&self.taste, &self.drift, day),
        }
    }

    /// Where the person lives on a day.
    pub fn home_on(&self, day: Day) -> &Home {
        match &self.moves {
            Some((from, home)) if *from <= day => home,
            _ => &self.home,
        }
    }

    /// How many whole years old the person is at a moment (UTC).
    pub fn age_at(&self, moment: Timestamp) -> u8 {
        let (year, month, day) = civil(moment.day());
        let Date(born_year, born_month, born_day) = self.born;
        let years = year - i32::from(born_year) - i32::from((month, day) < (born_month, born_day));
        u8::try_from(years).unwrap_or(0)
    }
}

#[cfg(test)]
pub(crate) mod tests;
