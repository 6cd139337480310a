//! What can be published and is probably not meant.

use std::collections::BTreeSet;

use condition::{Assumption, Condition, TAG, contradict};
use decide::{Experience, Menu, Scheme, Shows};
use engine::plan::Plan;
use model::{
    name::{Name, Segment},
    time::Timestamp,
};

use crate::kind::Kind;

/// Something in a plan that is probably not meant. It does not hinder a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable code: one of [`finding`].
    pub code: &'static str,
    /// A sentence for the person who wrote the definition.
    pub message: String,
    /// The kind of the definition.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The field as a JSON pointer into the document.
    pub pointer: &'static str,
}

/// The stable codes of [`Finding`].
pub mod finding {
    /// A segment that nobody can ever be in.
    pub const EMPTY_SEGMENT: &str = "SEGMENT_NEVER_MATCHES";
    /// An audience that nobody can ever be in.
    pub const EMPTY_AUDIENCE: &str = "AUDIENCE_NEVER_MATCHES";
    /// An audience that names two segments that nobody can be in at once.
    pub const EXCLUSIVE_SEGMENTS: &str = "SEGMENTS_EXCLUDE_EACH_OTHER";
    /// A condition that asks for an interest that nothing makes.
    pub const UNKNOWN_TOPIC: &str = "INTEREST_NEVER_MADE";
    /// An experience that others outrank wherever it could be shown.
    pub const OUTRANKED: &str = "ALWAYS_OUTRANKED";
    /// An experience whose schedule is over.
    pub const OVER: &str = "SCHEDULE_OVER";
    /// An experience in which nobody takes part.
    pub const NO_TRAFFIC: &str = "NO_TRAFFIC";
    /// An experience whose gain is not above its cost even where it costs no intrusion.
    pub const NEVER_WORTH: &str = "NEVER_WORTH";
    /// An experience with a variant of which every content has expired.
    pub const EXPIRED: &str = "CONTENT_EXPIRED";
    /// An experience whose control is less than half; right only once it is proven.
    pub const SMALL_CONTROL: &str = "CONTROL_BELOW_HALF";
}

/// Comparisons of two audiences that one publication is worth; pairs beyond are passed over.
const COMPARISONS: usize = 20_000;

/// What is probably not meant in a plan at `now`, in order of kind and rank. Whatever is found is certain; that nothing
/// is found proves nothing.
pub fn advice(plan: &Plan, now: Timestamp) -> Vec<Finding> {
    let adviser = Adviser { plan, now };
    let segments = plan.segments.rules().iter();
    let mut findings: Vec<Finding> = segments.flat_map(|rule| adviser.segment(rule)).collect();
    let mut comparisons = 0;
    for (rank, experience) in plan.decisions.experiences().iter().enumerate() {
        if !experience.enabled {
            continue;
        }
        let audience = adviser.audience(experience);
        if !audience.iter().any(|finding| finding.code == finding::EMPTY_AUDIENCE) {
            findings.extend(adviser.chance_to_win(rank, experience, &mut comparisons));
        }
        findings.extend(audience);
        findings.extend(
            adviser
                .topic_of(&experience.audience)
                .map(|message| of(experience, finding::UNKNOWN_TOPIC, "/audience", message)),
        );
        findings.extend(small_control(experience));
    }
    findings
}

struct Adviser<'p> {
    plan: &'p Plan,
    now: Timestamp,
}

impl<'p> Adviser<'p> {
    fn never(&self, assumptions: &[Assumption<'p>]) -> bool {
        contradict(assumptions, &|name: &Name<Segment>| self.condition(name))
    }

    fn condition(&self, segment: &Name<Segment>) -> Option<&'p Condition> {
        self.plan.segments.by_name(segment).map(|rule| &rule.condition)
    }

    fn segment(&self, rule: &'p segment::set::SegmentRule) -> Vec<Finding> {
        let never = "Its condition contradicts itself: nobody can ever be in this segment.";
        let never =
            self.never(&[Assumption::Holds(&rule.condition)]).then(|| (finding::EMPTY_SEGMENT, never.to_owned()));
        let topic = self.topic_of(&rule.condition).map(|message| (finding::UNKNOWN_TOPIC, message));
        let (kind, name, pointer) = match rule.name.as_str().strip_prefix(TAG) {
            Some(tag) => (Kind::Tag, tag, "/actions"),
            None => (Kind::Segment, rule.name.as_str(), "/condition"),
        };
        let found = never.into_iter().chain(topic).map(|(code, message)| Finding {
            code,
            message,
            kind,
            name: name.to_owned(),
            pointer,
        });
        found.collect()
    }

    /// What is to be said of the first topic of a condition in which nobody can have an interest.
    fn topic_of(&self, condition: &Condition) -> Option<String> {
        let rules = self.plan.segments.interests();
        condition.needs().interests.iter().find_map(|topic| {
            let (family, value) = segment::interests::parts(topic)?;
            let message = if !rules.has_family(family) {
                format!(
                    "Nothing makes an interest in `{topic}`: the setting `interests` names no attribute `{family}`."
                )
            } else if value.trim() != value {
                format!("Nothing makes an interest in `{topic}`: values are kept without blanks around them.")
            } else {
                return None;
            };
            Some(message)
        })
    }

    /// An audience that never holds, and the segments that it names and that exclude each other (requirements SEG-06).
    fn audience(&self, experience: &'p Experience) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.never(&[Assumption::Holds(&experience.audience)]) {
            let message = "Its audience contradicts itself: nobody will ever see this.";
            findings.push(of(experience, finding::EMPTY_AUDIENCE, "/audience", message));
        }
        let named: Vec<&Name<Segment>> = experience.audience.needs().segments.iter().collect();
        for (place, one) in named.iter().enumerate() {
            for other in &named[place + 1..] {
                let both = self.condition(one).zip(self.condition(other));
                if both.is_some_and(|(one, other)| self.never(&[Assumption::Holds(one), Assumption::Holds(other)])) {
                    let message = format!("Nobody can be in the segments `{one}` and `{other}` at once.");
                    findings.push(of(experience, finding::EXCLUSIVE_SEGMENTS, "/audience", message));
                }
            }
        }
        findings
    }

    fn chance_to_win(&self, rank: usize, experience: &'p Experience, comparisons: &mut usize) -> Option<Finding> {
        if experience.ends.is_some_and(|ends| ends <= self.now) {
            return Some(of(experience, finding::OVER, "/ends", "Its schedule is over."));
        }
        if experience.traffic.basis_points() == 0 {
            return Some(of(experience, finding::NO_TRAFFIC, "/traffic", "With no traffic nobody takes part in it."));
        }
        if experience.worth.is_some_and(|worth| worth.gain_low_cents <= worth.cost_cents) {
            let message = "It brings at least no more than it costs: it will always abstain.";
            return Some(of(experience, finding::NEVER_WORTH, "/worth", message));
        }
        if experience.variants.iter().any(|variant| has_expired(&variant.shows, self.now)) {
            let message = "A variant has no content left that has not expired: the experience is not shown any more.";
            return Some(of(experience, finding::EXPIRED, "/variants", message));
        }
        let mut ahead = BTreeSet::new();
        for placement in &experience.placements {
            let by = self.outranks(rank, experience, placement.as_str(), comparisons)?;
            ahead.insert(by.name.as_str());
        }
        let ahead: Vec<String> = ahead.into_iter().map(|name| format!("`{name}`")).collect();
        let message = format!("Whoever could see this sees {} instead, which is ahead of it.", ahead.join(" or "));
        Some(of(experience, finding::OUTRANKED, "/priority", message))
    }

    /// An experience that wins a placement whenever this one could.
    fn outranks(
        &self,
        rank: usize,
        experience: &'p Experience,
        placement: &str,
        comparisons: &mut usize,
    ) -> Option<&'p Experience> {
        let scheme: &'p Scheme = &self.plan.decisions;
        let ahead = scheme.experiences_of(placement).take_while(|(other, _)| *other < rank).map(|(_, other)| other);
        ahead.filter(|other| self.is_there_whenever(other, experience)).find(|other| {
            *comparisons += 1;
            let assumptions = [Assumption::Holds(&experience.audience), Assumption::Fails(&other.audience)];
            *comparisons <= COMPARISONS && self.never(&assumptions)
        })
    }

    /// Whether nothing but its audience, and what a person has been shown lately, can keep `other` from being shown while `experience` is.
    fn is_there_whenever(&self, other: &Experience, experience: &Experience) -> bool {
        let from = experience.starts.unwrap_or(self.now).max(self.now);
        let lasts = |contents: &Shows| match contents {
            Shows::Neutral => true,
            Shows::Pool(_) => false,
            Shows::Contents(contents) | Shows::Menu(Menu { entries: contents, .. }) => contents
                .iter()
                .any(|content| content.expires.is_none() && content.suits.is_none() && content.items.is_none()),
        };
        other.enabled
            && other.part.is_none()
            && other.traffic == assign::Share::ALL
            && other.caps.is_empty()
            && other.worth.is_none()
            && other.starts.is_none_or(|starts| starts <= from)
            && other.ends.is_none_or(|ends| experience.ends.is_some_and(|own| own <= ends))
            && other.variants.iter().all(|variant| lasts(&variant.shows))
            // Without consent only those that ask the request alone are left.
            && (!other.is_personal() || experience.is_personal())
    }
}

fn has_expired(shows: &Shows, now: Timestamp) -> bool {
    *shows != Shows::Neutral && !shows.contents().iter().any(|content| content.is_live(now))
}

/// Half of the people are the control while an experience is being proven (requirements D8).
fn small_control(experience: &Experience) -> Option<Finding> {
    let control = experience.variants.iter().find(|variant| variant.shows == Shows::Neutral)?;
    (control.share.fraction() < 0.5).then(|| {
        let message = format!(
            "Its control is {} of the people: right for an experience that is proven; until then half of them show its \
             effect soonest.",
            control.share
        );
        of(experience, finding::SMALL_CONTROL, "/variants/control/share", message)
    })
}

fn of(experience: &Experience, code: &'static str, pointer: &'static str, message: impl Into<String>) -> Finding {
    let name = experience.name.to_string();
    Finding { code, message: message.into(), kind: Kind::Experience, name, pointer }
}
