//! Are two profiles one person? The rules, pure and in one place.
//!
//! An event belongs to its *anchor*, the identifier that speaks best for the person: a strong one, else the device,
//! else a weak one. Its other identifiers are claimed for the anchor's side; where another profile has one already,
//! the two *meet*, and [`judge`] says what follows. Nothing weak ever merges: not a link, not an unverified address,
//! not a device on which two known persons were seen.

use model::{
    event::{Claim, Evidence},
    id::ProfileId,
    identifier::{IdentifierKey, NamespaceRules, Strength},
    name::{Name, Namespace},
    time::Timestamp,
};

use crate::merge::Rule;

/// What the other party needs to know of a profile to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The profile.
    pub id: ProfileId,
    /// When its oldest side came to be.
    pub created_at: Timestamp,
    /// Its sides.
    pub sides: Vec<ProfileId>,
    /// The sides that it must not be joined with, because an unmerge said so.
    pub apart: Vec<ProfileId>,
    /// Its identifiers that point at a person, owned or merely seen with it.
    pub persons: Vec<PersonMark>,
}

/// An identifier that points at a person, as a [`Summary`] carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonMark {
    /// The identifier's key.
    pub key: IdentifierKey,
    /// Its namespace.
    pub namespace: Name<Namespace>,
    /// Whether a person has at most one of its namespace.
    pub one_per_person: bool,
    /// How well it tells persons apart.
    pub strength: Strength,
    /// Whether the profile owns it, rather than having been seen with it.
    pub own: bool,
}

/// The identifier over which two profiles meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// The identifier's key.
    pub key: IdentifierKey,
    /// Its namespace.
    pub namespace: Name<Namespace>,
    /// How well it tells persons apart, with the evidence it came with.
    pub strength: Strength,
    /// Whether a trusted source said in so many words that both are one person.
    pub asserted: Asserted,
    /// The side that holds it.
    pub holder: ProfileId,
    /// The other side that was seen with it.
    pub claimant: ProfileId,
}

/// Whether somebody whom we trust said that two profiles are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asserted {
    /// By an alias of a trusted source.
    Yes,
    /// By nobody.
    No,
}

/// What follows from a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// One person.
    Merge(Rule),
    /// Two persons on one device.
    Share,
    /// Perhaps one person: remembered, not acted on.
    Link,
}

/// How well an identifier tells persons apart, with the evidence it came with.
pub fn strength(rules: &NamespaceRules, evidence: Evidence) -> Strength {
    match evidence {
        Evidence::Link => Strength::Weak.min(rules.strength),
        Evidence::Stated => rules.strength,
        Evidence::Verified if rules.strong_when_verified => Strength::Strong,
        Evidence::Verified => rules.strength,
    }
}

/// The place of the event's anchor among its claims: the first strong one of which a person has one (the account), else
/// the first strong one, else the first device, else the first weak one. An address may be a family's, though verified;
/// an account is not. What rode on a link is never the anchor. `None` if nothing is left.
pub fn anchor(claims: &[Claim], rules: impl Fn(&Name<Namespace>) -> Option<NamespaceRules>) -> Option<usize> {
    let rank = |claim: &Claim| {
        let rules = rules(&claim.identifier.namespace)?;
        match (claim.evidence, strength(&rules, claim.evidence)) {
            (Evidence::Link, _) => None,
            (_, Strength::Strong) if rules.one_per_person => Some(3),
            (_, Strength::Strong) => Some(2),
            (_, Strength::Device) => Some(1),
            (_, Strength::Weak) => Some(0),
        }
    };
    let ranked = claims.iter().enumerate().filter_map(|(place, claim)| Some((rank(claim)?, place)));
    ranked.max_by_key(|(rank, place)| (*rank, std::cmp::Reverse(*place))).map(|(_, place)| place)
}

/// The profile that survives a merge: the older, then the one with the smaller id.
pub fn survivor<'a>(a: &'a Summary, b: &'a Summary) -> &'a Summary {
    if (a.created_at, a.id) <= (b.created_at, b.id) { a } else { b }
}

/// What follows when two profiles meet over an identifier. `strong_links` counts the distinct strong identifiers over
/// which they have met so far, this one included.
pub fn judge(a: &Summary, b: &Summary, over: &Meeting, strong_links: usize) -> Verdict {
    let aloof = if over.strength == Strength::Device { Verdict::Share } else { Verdict::Link };
    if set_apart(a, b) {
        return aloof;
    }
    if over.asserted == Asserted::Yes {
        return Verdict::Merge(Rule::Alias);
    }
    match over.strength {
        Strength::Weak => Verdict::Link,
        Strength::Device if is_anonymous_beside(a, b) || is_anonymous_beside(b, a) => Verdict::Merge(Rule::DeviceLogin),
        Strength::Device => Verdict::Share,
        Strength::Strong if !contradict(a, b) => Verdict::Merge(Rule::StrongIdentifier),
        Strength::Strong if strong_links >= 2 => Verdict::Merge(Rule::TwoStrongIdentifiers),
        Strength::Strong => Verdict::Link,
    }
}

/// Whether a merge by `rule` is still right when the loser arrives at the survivor, who may have changed meanwhile.
pub fn still_joins(rule: Rule, a: &Summary, b: &Summary) -> bool {
    let holds = match rule {
        Rule::Alias | Rule::TwoStrongIdentifiers => true,
        Rule::StrongIdentifier => !contradict(a, b),
        Rule::DeviceLogin => is_anonymous_beside(a, b) || is_anonymous_beside(b, a),
    };
    holds && !set_apart(a, b)
}

/// Whether an unmerge said that the two are not one person.
pub fn set_apart(a: &Summary, b: &Summary) -> bool {
    a.sides.iter().any(|side| b.apart.contains(side)) || b.sides.iter().any(|side| a.apart.contains(side))
}

/// Whether all that `device` knows of persons is also known with `person`: so it is nobody else's.
fn is_anonymous_beside(device: &Summary, person: &Summary) -> bool {
    let known = |mark: &PersonMark| person.persons.iter().any(|other| other.key == mark.key);
    device.persons.iter().all(|mark| mark.strength != Strength::Strong && known(mark))
}

/// Whether both own an identifier that a person has once, with different values.
pub fn contradict(a: &Summary, b: &Summary) -> bool {
    let once = |summary: &Summary| -> Vec<PersonMark> {
        summary.persons.iter().filter(|mark| mark.one_per_person && mark.own).cloned().collect()
    };
    let (ours, theirs) = (once(a), once(b));
    ours.iter().any(|mark| {
        let mut same = theirs.iter().filter(|other| other.namespace == mark.namespace).peekable();
        same.peek().is_some() && same.all(|other| other.key != mark.key)
    })
}

#[cfg(test)]
mod tests {
    use model::{identifier::Identifier, partition::Partition};

    use super::*;

    fn rules(namespace: &Name<Namespace>) -> Option<NamespaceRules> {
        let (strength, strong_when_verified) = match namespace.as_str() {
            "user_id" => (Strength::Strong, true),
            "email" => (Strength::Weak, true),
            "anonymous_id" => (Strength::Device, false),
            _ => return None,
        };
        let one_per_person = namespace.as_str() == "user_id";
        Some(NamespaceRules { strength, strong_when_verified, one_per_person, most_per_profile: 50, fold_case: false })
    }

    fn claim(namespace: &str, evidence: Evidence) -> Claim {
        Claim { identifier: Identifier { namespace: namespace.into(), value: "x".into() }, evidence }
    }

    #[test]
    fn the_anchor_is_a_strong_identifier_else_the_device_else_a_weak_one() {
        use Evidence::{Link, Stated, Verified};
        let check = |claims: &[(&str, Evidence)], expect: Option<usize>| {
            let claims: Vec<_> = claims.iter().map(|(namespace, evidence)| claim(namespace, *evidence)).collect();
            assert_eq!(anchor(&claims, rules), expect, "{claims:?}");
        };
        check(&[("anonymous_id", Stated), ("user_id", Stated)], Some(1));
        check(&[("email", Stated), ("anonymous_id", Stated)], Some(1));
        check(&[("email", Verified), ("anonymous_id", Stated)], Some(0));
        check(&[("user_id", Link), ("anonymous_id", Stated)], Some(1));
        check(&[("email", Stated)], Some(0));
        check(&[("user_id", Link)], None);
        check(&[("unheard_of", Stated)], None);
    }

    fn profile(ordinal: u32, marks: &[(&str, u128, bool)]) -> Summary {
        let id = ProfileId::mint(Partition(0), ordinal, 0);
        let persons = marks.iter().map(|(namespace, key, own)| {
            let rules = rules(&Name::from(*namespace)).unwrap();
            PersonMark {
                key: IdentifierKey(*key),
                namespace: Name::from(*namespace),
                one_per_person: rules.one_per_person,
                strength: rules.strength,
                own: *own,
            }
        });
        let persons = persons.collect();
        Summary { id, created_at: Timestamp::MIN, sides: vec![id], apart: vec![], persons }
    }

    fn over(strength: Strength) -> Meeting {
        let [holder, claimant] = [1, 2].map(|ordinal| ProfileId::mint(Partition(0), ordinal, 0));
        Meeting { key: IdentifierKey(9), namespace: "x".into(), strength, asserted: Asserted::No, holder, claimant }
    }

    #[test]
    fn a_device_joins_the_person_who_logs_in_there_and_nobody_after() {
        let (cookie, ana, luc) =
            (profile(1, &[]), profile(2, &[("user_id", 1, true)]), profile(3, &[("user_id", 2, true)]));
        assert_eq!(judge(&cookie, &ana, &over(Strength::Device), 0), Verdict::Merge(Rule::DeviceLogin));
        assert_eq!(judge(&ana, &luc, &over(Strength::Device), 0), Verdict::Share);
    }

    #[test]
    fn a_guest_known_by_another_address_is_not_swallowed_by_a_login_on_the_same_device() {
        let guest = profile(1, &[("email", 5, true)]);
        let ana = profile(2, &[("user_id", 1, true)]);
        assert_eq!(judge(&guest, &ana, &over(Strength::Device), 0), Verdict::Share);
        let ana_with_the_address = profile(2, &[("user_id", 1, true), ("email", 5, false)]);
        assert_eq!(judge(&guest, &ana_with_the_address, &over(Strength::Device), 0), Verdict::Merge(Rule::DeviceLogin));
    }

    #[test]
    fn two_accounts_need_two_strong_identifiers_in_common() {
        let (ana, luc) = (profile(1, &[("user_id", 1, true)]), profile(2, &[("user_id", 2, true)]));
        assert_eq!(judge(&ana, &luc, &over(Strength::Strong), 1), Verdict::Link);
        assert_eq!(judge(&ana, &luc, &over(Strength::Strong), 2), Verdict::Merge(Rule::TwoStrongIdentifiers));
        assert_eq!(judge(&ana, &luc, &over(Strength::Weak), 2), Verdict::Link);
        let card = profile(3, &[]);
        assert_eq!(judge(&ana, &card, &over(Strength::Strong), 1), Verdict::Merge(Rule::StrongIdentifier));
    }

    #[test]
    fn what_an_unmerge_set_apart_stays_apart() {
        let (cookie, mut ana) = (profile(1, &[]), profile(2, &[("user_id", 1, true)]));
        ana.apart.push(cookie.id);
        assert_eq!(judge(&cookie, &ana, &over(Strength::Device), 0), Verdict::Share);
        let asserted = Meeting { asserted: Asserted::Yes, ..over(Strength::Strong) };
        assert_eq!(judge(&cookie, &ana, &asserted, 2), Verdict::Link);
    }

    #[test]
    fn the_older_survives_then_the_smaller_id() {
        let (mut a, b) = (profile(1, &[]), profile(2, &[]));
        assert_eq!(survivor(&b, &a).id, a.id);
        a.created_at = Timestamp::MAX;
        assert_eq!(survivor(&a, &b).id, b.id);
    }
}
