//! A whole world lived without a product, and what came of it.

use std::ops::Range;

use crate::{
    World,
    calendar::Day,
    emission::{Emission, Happening, Line},
    life::Life,
    person::PersonId,
    truth::{Intent, Truth, VisitTruth},
    visit::{Visit, VisitPlan},
};

use super::{Neutral, Policy, Scene};

/// What came of a life of the world: sums only, so that a year of M fits in little memory.
#[derive(Debug, Clone, Default)]
pub struct Lived {
    /// Visits.
    pub visits: u64,
    /// Pages.
    pub pages: u64,
    /// Events that systems sent, before anything happens to them on their way.
    pub events: u64,
    /// Visits in which something lay in a cart at the end, ordered or not.
    pub carts: u64,
    /// Orders on the site.
    pub orders: u64,
    /// What was paid in them, in cents.
    pub spent: u64,
    /// Orders that were gifts.
    pub gifts: u64,
    /// Orders at tills.
    pub till_orders: u64,
    /// Lines that came back.
    pub returns: u64,
    /// Mails that arrived.
    pub mails: u64,
    /// Mails that were opened by their machine.
    pub machine_opens: u64,
    /// Mails that were opened, machines included.
    pub opens: u64,
    /// Mails that were clicked.
    pub clicks: u64,
    /// Visits in which a treatment was seen.
    pub treated_visits: u64,
    /// How often somebody took back what was agreed to.
    pub opt_outs: u64,
    /// People who left for ever.
    pub churned: u64,
    /// What the shop earned, in cents: orders, less what rules, returns, mails and calls cost.
    pub profit: f64,
    /// The same of each person, by number; without mails and calls.
    pub profit_of: Vec<f64>,
    /// The sum of the chances of ordering with everything neutral.
    pub chance_neutral: f64,
    /// Pieces sold of each item, by number; those of tills too.
    pub sold: Vec<u32>,
    /// Orders of each person, by number; those at tills too.
    pub orders_of: Vec<u16>,
}

/// Lives some people of a world under several policies, each of which is there from the morning of `since` on; before,
/// nobody is shown anything. Gives what came of it under each. People do not meet, so who lives others of them at the
/// same time sums up with [`Lived::add`]. The same seed gives the same lives; of them nothing is kept but what [`Lived`]
/// counts.
pub fn live(world: &World, people: Range<u32>, since: Day, policies: &[&dyn Policy]) -> Vec<Lived> {
    let mut before = Lived::nothing(world);
    let mut under: Vec<Lived> = policies.iter().map(|_| Lived::nothing(world)).collect();
    let mut notes = Notes::default();
    for person in people.map(PersonId) {
        let mut life = Life::begin(world, person);
        let (past, live): (Vec<Day>, Vec<Day>) = world.calendar.all().partition(|day| *day < since);
        past.into_iter().for_each(|day| before.live_day(world, &Neutral, (&mut life, day), &mut notes));
        for (lived, policy) in under.iter_mut().zip(policies) {
            let mut life = life.clone();
            live.iter().for_each(|day| lived.live_day(world, *policy, (&mut life, *day), &mut notes));
        }
    }
    under.iter_mut().for_each(|lived| lived.add(&before));
    under
}

/// What happens in a day, until it is counted.
#[derive(Debug, Default)]
struct Notes {
    emissions: Vec<Emission>,
    truths: Vec<Truth>,
}

/// Lives one visit under a policy.
fn visit(
    world: &World,
    policy: &dyn Policy,
    (life, plan): (&mut Life, &VisitPlan),
    Notes { emissions, truths }: &mut Notes,
) {
    let mut visit = Visit::open(world, life, plan);
    while let Some(mut page) = visit.next(world, life, truths) {
        emissions.append(&mut page.emits);
        let scene = Scene { world, life, visit: &visit, page: &page };
        let shown: Vec<_> = page.asks.iter().filter_map(|place| policy.show(&scene, *place)).collect();
        visit.react(world, life, &shown, emissions);
    }
}

impl Lived {
    fn nothing(world: &World) -> Self {
        let (items, people) = (world.catalog.items.len(), world.people.len());
        Self { sold: vec![0; items], orders_of: vec![0; people], profit_of: vec![0.0; people], ..Self::default() }
    }

    fn live_day(&mut self, world: &World, policy: &dyn Policy, (life, day): (&mut Life, Day), notes: &mut Notes) {
        for plan in life.day(world, day, &mut notes.emissions, &mut notes.truths) {
            if life.is_gone() {
                break;
            }
            visit(world, policy, (life, &plan), notes);
        }
        notes.emissions.drain(..).for_each(|emission| self.count_event(world, &emission));
        notes.truths.drain(..).for_each(|truth| self.count_truth(&truth));
    }

    /// Adds what came of other people, or of other days.
    pub fn add(&mut self, other: &Self) {
        let Self { visits, pages, events, carts, orders, spent, gifts, till_orders, returns, mails, .. } = other;
        let Self { machine_opens, opens, clicks, treated_visits, opt_outs, churned, .. } = other;
        let Self { profit, profit_of, chance_neutral, sold, orders_of, .. } = other;
        let counts = [
            (&mut self.visits, visits),
            (&mut self.pages, pages),
            (&mut self.events, events),
            (&mut self.carts, carts),
            (&mut self.orders, orders),
            (&mut self.spent, spent),
            (&mut self.gifts, gifts),
            (&mut self.till_orders, till_orders),
            (&mut self.returns, returns),
            (&mut self.mails, mails),
            (&mut self.machine_opens, machine_opens),
            (&mut self.opens, opens),
            (&mut self.clicks, clicks),
            (&mut self.treated_visits, treated_visits),
            (&mut self.opt_outs, opt_outs),
            (&mut self.churned, churned),
        ];
        counts.into_iter().for_each(|(own, other)| *own += other);
        self.profit += profit;
        self.chance_neutral += chance_neutral;
        self.profit_of.iter_mut().zip(profit_of).for_each(|(own, other)| *own += other);
        self.sold.iter_mut().zip(sold).for_each(|(own, other)| *own += other);
        self.orders_of.iter_mut().zip(orders_of).for_each(|(own, other)| *own += other);
    }

    /// How unequally the items sell: 0 all alike, 1 one of them everything (Gini's index over all items of the catalog).
    pub fn gini(&self) -> f64 {
        let mut sold = self.sold.clone();
        sold.sort_unstable();
        let (count, total) = (sold.len() as f64, sold.iter().map(|sold| f64::from(*sold)).sum::<f64>());
        let ranked: f64 = sold.iter().enumerate().map(|(rank, sold)| (rank as f64 + 1.0) * f64::from(*sold)).sum();
        2.0 * ranked / (count * total) - (count + 1.0) / count
    }

    /// Orders of the site for each visit.
    pub fn conversion(&self) -> f64 {
        self.orders as f64 / self.visits as f64
    }

    /// Of those who ordered, the share that ordered twice or more.
    pub fn repeat(&self) -> f64 {
        let with = |least: u16| self.orders_of.iter().filter(|orders| **orders >= least).count() as f64;
        with(2) / with(1)
    }

    /// The average order of the site, in euros.
    pub fn basket(&self) -> f64 {
        self.spent as f64 / self.orders as f64 / 100.0
    }

    /// The share of carts that were not ordered in the visit.
    pub fn abandonment(&self) -> f64 {
        1.0 - self.orders as f64 / self.carts as f64
    }

    /// The share of delivered mails that were clicked.
    pub fn mail_clicks(&self) -> f64 {
        self.clicks as f64 / self.mails as f64
    }

    fn count_event(&mut self, world: &World, emission: &Emission) {
        self.events += 1;
        match &emission.what {
            Happening::Ordered { lines, .. } => {
                for Line { item, quantity, .. } in lines {
                    self.sold[item.0 as usize] += u32::from(*quantity);
                }
            }
            Happening::MailDelivered(_) => {
                self.mails += 1;
                self.profit -= world.costs.email;
            }
            Happening::MailOpened(_) => {
                self.opens += 1;
                self.machine_opens += u64::from(emission.message.ends_with("-machine"));
            }
            Happening::MailClicked(_) => self.clicks += 1,
            // A call takes five minutes.
            Happening::Served(_) => self.profit -= 5.0 * world.costs.agent_minute,
            _ => {}
        }
    }

    fn count_truth(&mut self, truth: &Truth) {
        match truth {
            Truth::Visit(visit) => self.count_visit(visit),
            Truth::TillOrder(person, _, profit) => {
                self.till_orders += 1;
                self.orders_of[person.0 as usize] += 1;
                self.profit += *profit as f64;
                self.profit_of[person.0 as usize] += *profit as f64;
            }
            Truth::Return(person, _, lost) => {
                self.returns += 1;
                self.profit -= *lost as f64;
                self.profit_of[person.0 as usize] -= *lost as f64;
            }
            Truth::OptOut(..) => self.opt_outs += 1,
            Truth::Churn(..) => self.churned += 1,
            Truth::Stage(..) => {}
        }
    }

    fn count_visit(&mut self, visit: &VisitTruth) {
        self.visits += 1;
        self.pages += u64::from(visit.pages);
        self.carts += u64::from(visit.has_cart);
        self.treated_visits += u64::from(!visit.treated.is_empty());
        self.chance_neutral += f64::from(visit.chance_neutral);
        if visit.spent > 0 {
            self.orders += 1;
            self.orders_of[visit.person.0 as usize] += 1;
            self.spent += u64::from(visit.spent);
            self.gifts += u64::from(visit.intent == Intent::Gift);
            self.profit += visit.profit as f64;
            self.profit_of[visit.person.0 as usize] += visit.profit as f64;
        }
    }
}
