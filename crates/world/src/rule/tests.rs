use std::collections::BTreeSet;

use model::time::Timestamp;

use super::*;
use crate::{
    Seed,
    content::{self, Aid},
    draws::{Entity, Purpose},
};

/// What an order earns before what a rule costs, in cents: some 68 € at a margin of some 37 %.
const ORDER_PROFIT_CENTS: f32 = 2_500.0;

fn calendar() -> Calendar {
    Calendar { start: Timestamp::from_millis(1_767_225_600_000).unwrap(), days: 365 }
}

fn rules() -> Vec<Rule> {
    all(&content::all(Seed(1), calendar()))
}

/// People as they are: 25 % cold, 5 % negative.
fn people() -> Vec<(Traits, f32)> {
    let mut draws = Seed(11).draws(Entity::World, 0, Purpose::Reaction);
    let mut person = || {
        let kind = draws.unit();
        let traits = Traits {
            sex: if draws.chance(0.5) { Sex::Woman } else { Sex::Man },
            is_old_customer: draws.chance(0.6),
            price_sensitivity: draws.between(0.0, 2.0) as f32,
            is_cold: kind < 0.25,
            is_negative: kind >= 0.95,
        };
        (traits, draws.normal() as f32)
    };
    (0..100_000).map(|_| person()).collect()
}

/// The mean share of more orders at the base rate.
fn mean_share(rule: &Rule, people: &[(Traits, f32)]) -> f64 {
    let odds = BASE / (1.0 - BASE);
    let of = |(traits, noise): &(Traits, f32)| {
        let treated = odds * libm::exp(f64::from(effect(rule, *traits, *noise)));
        treated / (1.0 + treated) / BASE - 1.0
    };
    people.iter().map(of).sum::<f64>() / people.len() as f64
}

#[test]
fn there_are_as_many_rules_of_each_nature_as_specified() {
    let rules = rules();
    let count = |is: fn(&Nature) -> bool| rules.iter().filter(|rule| is(&rule.nature)).count();
    assert_eq!(rules.len(), RULES);
    assert_eq!(count(|nature| matches!(nature, Nature::Pays(share) if (0.02..=0.15).contains(share))), 8);
    assert_eq!(count(|nature| matches!(nature, Nature::Null)), 6);
    assert_eq!(count(|nature| matches!(nature, Nature::Loses(_))), 4);
    for split in [Split::Sex, Split::Tenure, Split::Price] {
        let is = |rule: &&Rule| matches!(rule.nature, Nature::Opposite(by, _) if by == split);
        assert_eq!(rules.iter().filter(is).count(), 1);
    }
    assert_eq!(count(|nature| matches!(nature, Nature::Novelty(_))), 1);
    assert_eq!(count(|nature| matches!(nature, Nature::Creepy { clicks, churn } if *clicks > 0.0 && *churn > 0.0)), 1);
    assert_eq!(count(|nature| matches!(nature, Nature::Seasonal(_))), 1);
    let shares: Vec<f32> = rules
        .iter()
        .filter_map(|rule| if let Nature::Pays(share) = rule.nature { Some(share) } else { None })
        .collect();
    assert!(shares.contains(&0.02) && shares.contains(&0.15));
}

#[test]
fn the_mean_effect_over_people_is_the_stated_one() {
    let people = people();
    for rule in rules() {
        let stated = match rule.nature {
            Nature::Pays(share) | Nature::Loses(share) | Nature::Novelty(share) | Nature::Seasonal(share) => share,
            Nature::Null | Nature::Creepy { .. } => 0.0,
            Nature::Opposite(split, share) => {
                let (ones, others): (Vec<_>, Vec<_>) =
                    people.iter().copied().partition(|(traits, _)| traits.is_among_the_ones(split));
                assert!(ones.len() > 20_000 && others.len() > 20_000);
                assert!((mean_share(&rule, &ones) - f64::from(share)).abs() < 0.003, "{}", rule.title);
                assert!((mean_share(&rule, &others) + f64::from(share)).abs() < 0.003, "{}", rule.title);
                continue;
            }
        };
        let mean = mean_share(&rule, &people);
        assert!((mean - f64::from(stated)).abs() < 0.002, "{}: {mean} is not {stated}", rule.title);
    }
}

#[test]
fn nothing_moves_the_cold_and_everything_turns_the_negative() {
    let cold =
        Traits { sex: Sex::Woman, is_old_customer: false, price_sensitivity: 2.0, is_cold: true, is_negative: false };
    let warm = Traits { is_cold: false, ..cold };
    let negative = Traits { is_negative: true, ..warm };
    for rule in rules() {
        assert_eq!(effect(&rule, cold, 1.0), 0.0);
        let (meant, turned) = (effect(&rule, warm, 0.3), effect(&rule, negative, 0.3));
        assert!(meant * turned < 0.0 || meant == 0.0 && turned == 0.0, "{}", rule.title);
    }
}

#[test]
fn rules_that_pay_pay_after_their_cost_and_rules_that_lose_do_not() {
    // For each order that would have been made anyway: what is earned more, less what is given with all of them.
    let gain = |share: f32, cost: u32| share * ORDER_PROFIT_CENTS - cost as f32 * (1.0 + share);
    for rule in rules() {
        match rule.nature {
            Nature::Pays(share) => assert!(gain(share, rule.cost_cents) > 0.0, "{}", rule.title),
            Nature::Loses(share) => assert!(gain(share, rule.cost_cents) < 0.0, "{}", rule.title),
            _ => assert_eq!(rule.cost_cents, 0, "{}", rule.title),
        }
    }
}

#[test]
fn two_pairs_interact_and_count_once() {
    let rules = rules();
    let pairs: Vec<(RuleId, RuleId)> =
        rules.iter().filter_map(|rule| rule.interacts.map(|(other, _)| (rule.id, other))).collect();
    assert_eq!(pairs.len(), 4);
    for (one, other) in &pairs {
        assert!(pairs.contains(&(*other, *one)));
        let (_, more) = rules[usize::from(one.0)].interacts.unwrap();
        assert_eq!(together(&rules, &[*one, *other]), more);
        assert_eq!(together(&rules, &[*other, RuleId(9), *one]), more);
        assert_eq!(together(&rules, &[*one]), 0.0);
        // Both are seen in one visit only if they have places of their own.
        assert_ne!(rules[usize::from(one.0)].place, rules[usize::from(other.0)].place);
    }
}

#[test]
fn a_novelty_wears_off_in_three_weeks_and_a_season_ends() {
    let rules = rules();
    let strengths = |is: fn(&Nature) -> bool| -> Vec<f32> {
        let rule = rules.iter().find(|rule| is(&rule.nature)).unwrap();
        [0, 10, 20, 21, 180, 340].map(|day| rule.strength_on(calendar(), Day(day))).to_vec()
    };
    let novelty = strengths(|nature| matches!(nature, Nature::Novelty(_)));
    assert_eq!((novelty[0], novelty[3], novelty[5]), (1.0, 0.0, 0.0));
    assert!(novelty.windows(2).all(|pair| pair[1] <= pair[0]) && novelty[2] > 0.0);
    assert_eq!(strengths(|nature| matches!(nature, Nature::Seasonal(_))), [1.0, 1.0, 1.0, 1.0, 0.0, 1.0]);
    assert_eq!(strengths(|nature| matches!(nature, Nature::Pays(_))), [1.0; 6]);
}

#[test]
fn a_rule_shows_what_stays_and_what_its_place_may_hold() {
    for seed in 0..20 {
        let contents = content::all(Seed(seed), calendar());
        let rules = all(&contents);
        let shown: BTreeSet<ContentId> = rules.iter().flat_map(|rule| rule.contents.clone()).collect();
        assert_eq!(shown.len(), RULES, "each rule shows something of its own");
        for rule in &rules {
            for content in rule.contents.iter().map(|id| &contents[usize::from(id.0)]) {
                assert!(content.expires.is_none() && content.decays.is_none() && content.has_english);
                // Who pays is helped and reassured, nothing else.
                assert!(rule.place != Place::CheckoutNote || matches!(content.aid, Aid::Help | Aid::Reassure));
                // A reward is for whom the shop recognizes.
                assert!(content.aid != Aid::Reward || rule.audience == Audience::Loyal);
            }
        }
    }
}
