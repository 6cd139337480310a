//! Which contents a variant shows: those that fit, the best first.

use std::{
    cmp::{Ordering, Reverse},
    sync::Arc,
};

use condition::{Facts, Fading, Model};
use model::{
    journey::{Intent, Stage},
    limits::DECISION_TTL_S,
    name::{Content as ContentName, Name},
    time::{Span, Timestamp},
};

use super::{Decider, access::Access, candidate::Before, horizon::Horizon, viewed};
use crate::{
    content::{Content, Items},
    experience::{Experience, Shows, Variant},
    keyword::Keyword,
    page::Recognized,
    pool::{Criterion, Menu, Repeat},
    restraint::suits_a_checkout,
    suggested::{ShownItem, Suggested, Tastes},
    visit::Stay,
};

/// A content with what it is put in order by.
struct Ranked<'a> {
    content: &'a Arc<Content>,
    keyword: usize,
    preferred: bool,
    /// Steps from where the person stands: 0, 1, or 2 for all others.
    step: u8,
    shown: Option<Timestamp>,
    interests: Vec<Fading>,
}

impl<'a> Decider<'a> {
    /// Whether each variant of this experience but the control has something for this person. All are asked and not
    /// only the one that is drawn, so that whoever is in the experience could have met any of them. What was shown
    /// before is not asked: who met it follows from the draw, and would leave one arm sooner than another.
    pub(super) fn suits(&self, experience: &'a Experience, before: &Before<'_, 'a>, horizon: &mut Horizon) -> bool {
        let mut showing = experience.variants.iter().filter(|variant| variant.shows != Shows::Neutral);
        showing.all(|variant| {
            let mut contents = variant.shows.contents().iter();
            contents.any(|content| self.fits(content, &variant.shows, before, horizon))
        })
    }

    /// What a variant shows in the placement, best first; nothing of a control, and of a pool of which the person has
    /// seen all. The neutral contents are not chosen here.
    pub(super) fn chosen(
        &self,
        experience: &'a Experience,
        variant: &'a Variant,
        before: &Before<'_, 'a>,
        horizon: &mut Horizon,
    ) -> Vec<&'a Arc<Content>> {
        let is_new = |content: &Content| variant.shows.repeat() == Repeat::Allowed || !is_seen(&content.name, before);
        let fitting = variant.shows.contents().iter();
        let fitting = fitting.filter(|content| self.fits(content, &variant.shows, before, horizon));
        let fitting: Vec<&'a Arc<Content>> = fitting.filter(|content| is_new(content)).collect();
        let order = variant.shows.order();
        let ranked = self.ranked(fitting, order, before, horizon);
        let most = usize::from(before.at.most_contents);
        if let Shows::Menu(menu) = &variant.shows {
            let stay = before.stay.filter(|stay| is_of(stay, experience, variant));
            if let Some(stay) = stay.filter(|stay| stay.reordered) {
                return kept(&ranked, stay);
            }
            note_turn(horizon, self.now, &|wait| names(&arranged(menu, &ranked, order, wait)));
            return arranged(menu, &ranked, order, Span::default());
        }
        let best = |wait| sorted(&ranked, order, wait).into_iter().take(most).collect::<Vec<_>>();
        note_turn(horizon, self.now, &|wait| names(&best(wait)));
        best(Span::default())
    }

    /// The products that a content shows beside what it says, to whom it is personal.
    pub(super) fn items(&self, content: &Content, access: &Access<'_>, horizon: &mut Horizon) -> Vec<ShownItem> {
        match &content.items {
            None | Some(Items::PersonalOrder) => Vec::new(),
            Some(Items::Viewed) => {
                let facts = access.facts(self.page);
                let (items, until) = viewed::compared(&facts.trail(viewed::VIEWED), self.now);
                horizon.note(until);
                items.into_iter().map(|id| ShownItem { id, why: None, of: None }).collect()
            }
            Some(Items::Recommended(recommender)) => shown_of(&access.suggested(self.page, recommender), horizon),
        }
    }

    /// The products that a content shows to everybody, where it is neutral.
    pub(super) fn neutral_items(&self, content: &Content, horizon: &mut Horizon) -> Vec<ShownItem> {
        match &content.items {
            Some(Items::Recommended(recommender)) => shown_of(&(self.page.suggest)(recommender), horizon),
            None | Some(Items::Viewed | Items::PersonalOrder) => Vec::new(),
        }
    }

    /// By what a content puts a search in order.
    pub(super) fn order(content: &Content, access: &Access<'_>) -> Option<Tastes> {
        (content.items == Some(Items::PersonalOrder)).then(|| access.tastes())
    }

    /// Whether a content has what it is to show beside what it says.
    fn has_items(&self, content: &Content, access: &Access<'_>, horizon: &mut Horizon) -> bool {
        match &content.items {
            None => true,
            Some(Items::PersonalOrder) => !access.tastes().is_empty(),
            Some(Items::Viewed | Items::Recommended(_)) => !self.items(content, access, horizon).is_empty(),
        }
    }

    /// Whether a content may be shown to this person at all, had they never seen it.
    fn fits(&self, content: &'a Content, shows: &Shows, before: &Before<'_, 'a>, horizon: &mut Horizon) -> bool {
        let access = before.access;
        if !content.is_live(self.now) || (before.at.is_checkout && !suits_a_checkout(content.intent)) {
            return false;
        }
        horizon.note(content.expires);
        if content.intent == Intent::Reward && access.recognized() == Recognized::No {
            return false;
        }
        if content.suits.as_ref().is_some_and(|suits| !self.holds(suits, access, horizon)) {
            return false;
        }
        if !self.has_items(content, access, horizon) {
            return false;
        }
        if self.scheme.is_withdrawn(&content.name, &|| self.keyword().clone()) {
            return false;
        }
        let refused = || before.access.refused(self.page, self.now).content(content);
        if let (Shows::Pool(_) | Shows::Menu(_), Some(until)) = (shows, refused()) {
            horizon.note(until);
            return false;
        }
        true
    }

    /// What was searched for; read from the request once.
    pub(super) fn keyword(&self) -> &Keyword {
        self.keyword.get_or_init(|| self.scheme.vocabulary().searched(self.page.request))
    }

    fn ranked(
        &self,
        contents: Vec<&'a Arc<Content>>,
        order: &[Criterion],
        before: &Before<'_, 'a>,
        horizon: &mut Horizon,
    ) -> Vec<Ranked<'a>> {
        let asks = |criterion| contents.len() > 1 && order.contains(&criterion);
        let facts = before.access.facts(self.page);
        let stage = if asks(Criterion::Stage) { facts.reading(Model::Stage) } else { None };
        horizon.note(stage.and_then(|reading| reading.valid_until));
        let stage = stage.and_then(|reading| Stage::from_word(reading.word));
        let (by_keyword, by_preference) = (asks(Criterion::Keyword), asks(Criterion::Preferred));
        let (by_showing, by_interest) = (asks(Criterion::Unseen), asks(Criterion::Interest));
        let rank = |content: &'a Arc<Content>| Ranked {
            content,
            keyword: if by_keyword { self.scheme.vocabulary().overlap(&content.tags, self.keyword()) } else { 0 },
            preferred: by_preference
                && content.prefer.as_ref().is_some_and(|prefer| self.holds(prefer, before.access, horizon)),
            step: steps(stage, &content.stages),
            shown: if by_showing { shown_before(&content.name, before) } else { None },
            interests: match by_interest {
                true => content.tags.iter().filter_map(|tag| facts.interest(&topic(tag))).collect(),
                false => Vec::new(),
            },
        };
        contents.into_iter().map(rank).collect()
    }
}

fn shown_of(suggested: &Suggested, horizon: &mut Horizon) -> Vec<ShownItem> {
    horizon.note(suggested.stands_until);
    suggested.items.iter().map(ShownItem::from).collect()
}

/// Whether a person has seen a content, on any channel, or will on this page. What the same placement showed earlier in
/// the same visit is not seen there until it is used, so that a page that is asked for again stays as it is.
fn is_seen(content: &Name<ContentName>, before: &Before<'_, '_>) -> bool {
    if before.shown.contains(&content) {
        return true;
    }
    let showing = before.access.ledger().and_then(|ledger| ledger.shown(content));
    showing.is_some_and(|showing| showing.used.is_some() || !stays(content, before))
}

/// When a content was shown last, other than in the same placement in the same visit.
fn shown_before(content: &Name<ContentName>, before: &Before<'_, '_>) -> Option<Timestamp> {
    let showing = before.access.ledger().and_then(|ledger| ledger.shown(content))?;
    (showing.used.is_some() || !stays(content, before)).then_some(showing.last)
}

fn stays(content: &Name<ContentName>, before: &Before<'_, '_>) -> bool {
    before.stay.is_some_and(|stay| stay.contents.contains(content))
}

fn is_of(stay: &Stay, experience: &Experience, variant: &Variant) -> bool {
    stay.experience == experience.name && stay.variant == variant.name
}

/// The topic of a tag: `hiking` is `tag:hiking`, `category:boots` is one itself.
fn topic(tag: &str) -> String {
    if tag.contains(':') { tag.to_owned() } else { format!("tag:{tag}") }
}

fn steps(stage: Option<Stage>, stages: &[Stage]) -> u8 {
    let next = stage.and_then(|stage| Stage::ALL.into_iter().find(|other| *other > stage));
    match stage {
        None => 0,
        Some(stage) if stages.contains(&stage) => 0,
        Some(_) if next.is_some_and(|next| stages.contains(&next)) => 1,
        Some(_) => 2,
    }
}

fn sorted<'a>(ranked: &[Ranked<'a>], order: &[Criterion], wait: Span) -> Vec<&'a Arc<Content>> {
    let mut places: Vec<(&Ranked<'a>, f64)> = ranked.iter().map(|ranked| (ranked, ranked.interest(wait))).collect();
    places.sort_by(|(one, likes_one), (other, likes_other)| {
        let by = |criterion: &Criterion| match criterion {
            Criterion::Keyword => Reverse(one.keyword).cmp(&Reverse(other.keyword)),
            Criterion::Preferred => Reverse(one.preferred).cmp(&Reverse(other.preferred)),
            Criterion::Stage => one.step.cmp(&other.step),
            Criterion::Unseen => one.shown.cmp(&other.shown),
            Criterion::Interest => likes_other.total_cmp(likes_one),
            Criterion::Listed => Ordering::Equal,
        };
        // They come as they are listed, and sorting leaves equal ones so: nothing behind `listed` is looked at.
        let told = order.iter().take_while(|criterion| **criterion != Criterion::Listed);
        told.map(by).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    });
    places.into_iter().map(|(ranked, _)| ranked.content).collect()
}

/// A menu with its fixed entries where they are listed and the others in order between them.
fn arranged<'a>(menu: &Menu, ranked: &[Ranked<'a>], order: &[Criterion], wait: Span) -> Vec<&'a Arc<Content>> {
    let mut free = sorted(ranked, order, wait).into_iter().filter(|entry| !menu.is_fixed(&entry.name));
    let place = |entry: &Ranked<'a>| match menu.is_fixed(&entry.content.name) {
        true => Some(entry.content),
        false => free.next(),
    };
    ranked.iter().filter_map(place).collect()
}

/// The entries in the order of earlier in the visit; those that were not there are last.
fn kept<'a>(ranked: &[Ranked<'a>], stay: &Stay) -> Vec<&'a Arc<Content>> {
    let mut entries: Vec<&'a Arc<Content>> = ranked.iter().map(|ranked| ranked.content).collect();
    let place = |entry: &&Arc<Content>| {
        stay.contents.iter().position(|name| *name == entry.name).unwrap_or(stay.contents.len())
    };
    entries.sort_by_key(place);
    entries
}

fn names<'a>(contents: &[&'a Arc<Content>]) -> Vec<&'a Name<ContentName>> {
    contents.iter().map(|content| &content.name).collect()
}

/// Notes when something that fades with time first differs from what it is now, to the millisecond; nothing if at the
/// end of the longest life of an answer it is as it is now.
fn note_turn<T: PartialEq>(horizon: &mut Horizon, now: Timestamp, at: &dyn Fn(Span) -> T) {
    let (mut same, mut turned) = (0, i64::from(DECISION_TTL_S) * 1_000);
    let first = at(Span::default());
    if at(Span::from_millis(turned)) == first {
        return;
    }
    while turned - same > 1 {
        let middle = same + (turned - same) / 2;
        if at(Span::from_millis(middle)) == first {
            same = middle;
        } else {
            turned = middle;
        }
    }
    horizon.note(Some(now.plus(Span::from_millis(turned))));
}

impl Ranked<'_> {
    /// How much the person is interested in its tags together, after a while.
    fn interest(&self, wait: Span) -> f64 {
        self.interests.iter().map(|interest| interest.after(wait)).sum()
    }
}
