//! The pages of the site: their paths, what they send, which places they have.

use crate::{
    World,
    catalog::{CategoryId, Family, Text},
    draws::{Entity, Purpose},
    emission::{Claims, Emission, Feed, Happening, Line},
    life::Life,
    person::{Consents, Tongue},
    rule::Place,
    truth::Intent,
};

use super::{
    Page, Visit,
    purchase::Basket,
    route::{Source, Step},
};

/// Share of visits of somebody of average discomfort that begin with taking back what was agreed to.
const RECONSIDERS: f64 = 0.001;

impl Visit {
    /// A page with what it sends.
    pub(super) fn page(&mut self, world: &World, life: &mut Life, step: Step) -> Page {
        let person = world.person(self.plan.person);
        let is_landing = self.pages == 1;
        let is_willing = self.logs_in.is_some_and(|page| page < usize::from(self.pages));
        let logs_in = !self.is_logged_in && (is_willing || step == Step::Checkout);
        let mut emits = Vec::with_capacity(3);
        if is_landing {
            self.ask(world, life, &mut emits);
            self.reconsider(world, life, &mut emits);
        }
        if logs_in {
            self.is_logged_in = true;
            self.log_in(world, life, &mut emits);
        }
        let keyword = (is_landing && self.route.source == Source::Advertisement)
            .then(|| words(world, self.route.about, person.tongue).to_lowercase());
        let referrer = if is_landing { self.route.source.referrer() } else { None };
        let path = self.path(world, step);
        let seen = Happening::Page { path: path.clone(), referrer, keyword: keyword.clone() };
        self.send(world, &mut emits, seen);
        self.tell(world, life, step, &mut emits);
        let device = self.device(world);
        Page {
            at: self.now,
            emits,
            asks: places(step, is_landing && keyword.is_some()),
            feed: self.feed(world),
            claims: self.claims(world),
            path,
            keyword,
            language: match person.tongue {
                Tongue::French => "fr",
                Tongue::English => "en",
            },
            user_agent: device.user_agent,
            nonce: format!("{}-{}-{}", self.plan.person.0, self.plan.day.0, self.plan.number),
            person: self.plan.person,
            item: if let Step::Product(item) = step { Some(item) } else { None },
        }
    }

    /// The banner on the first visit of a device. Half of those who do not agree refuse, the others close it.
    fn ask(&mut self, world: &World, life: &mut Life, emits: &mut Vec<Emission>) {
        if !life.is_asked_first(self.device) {
            return;
        }
        let entity = Entity::Visit(self.plan.person.0, self.plan.number);
        let answers = world.seed.draws(entity, self.plan.day.0, Purpose::Consent).chance(0.5);
        let consents = life.consents();
        if consents != Consents::default() || answers {
            self.send(world, emits, Happening::Consent(consents));
        }
    }

    /// Takes back what was agreed to for a reason of one's own, now and then.
    fn reconsider(&mut self, world: &World, life: &mut Life, emits: &mut Vec<Emission>) {
        let entity = Entity::Visit(self.plan.person.0, self.plan.number);
        let mut draws = world.seed.draws(entity, self.plan.day.0, Purpose::Discomfort);
        let discomfort = f64::from(world.person(self.plan.person).reactions.discomfort);
        if draws.chance(RECONSIDERS * (0.5 + discomfort)) {
            self.refuse(world, life, emits);
        }
    }

    /// Logs in, with a new account if there is none; what was agreed to is told of the account too.
    fn log_in(&mut self, world: &World, life: &mut Life, emits: &mut Vec<Emission>) {
        let what = if life.has_account() { "Signed In" } else { "Account Created" };
        let is_new = !life.has_account();
        life.open_account();
        self.send(world, emits, Happening::Did(what));
        if is_new {
            self.send(world, emits, Happening::Consent(life.consents()));
        }
    }

    /// What a page tells beside that it was seen, and what changes by having seen it.
    fn tell(&mut self, world: &World, life: &mut Life, step: Step, emits: &mut Vec<Emission>) {
        let day = self.plan.day;
        match step {
            Step::List(category) => self.send(world, emits, Happening::ListViewed(category)),
            Step::Search(category) => {
                let query = self.query(world, life, category);
                self.send(world, emits, Happening::Searched(query));
            }
            Step::Product(item) => {
                self.viewed.push((self.now, item));
                life.look_at(world.catalog.item(item).family, day);
                self.send(world, emits, Happening::Viewed(item));
            }
            Step::Gifts => life.seek_gift(day),
            Step::Cart => {
                let added: Vec<Line> = self.basket.lines.iter().skip(self.basket.resumed).copied().collect();
                for line in added {
                    self.send(world, emits, Happening::Added(line));
                }
            }
            Step::Checkout => self.send(world, emits, Happening::CheckoutStarted(self.basket.total)),
            Step::Thanks => self.order(world, life, emits),
            Step::Home | Step::Guide(_) | Step::Help | Step::Returns => {}
        }
    }

    /// The order, which the shop's own server tells: it knows who ordered, and the browser in which it was done.
    fn order(&mut self, world: &World, life: &mut Life, emits: &mut Vec<Emission>) {
        let person = world.person(self.plan.person);
        let order = format!("web-{}-{}-{}", person.id.0, self.plan.day.0, self.plan.number);
        let Basket { lines, coupon, .. } = &self.basket;
        let lines: Vec<Line> = lines.clone();
        emits.push(Emission {
            feed: Feed::Server,
            message: order.clone(),
            says_at: self.now,
            sent_at: self.now,
            skew_ms: 0,
            claims: crate::dirt::claims(world, person, Feed::Server),
            user_agent: None,
            what: Happening::Ordered { order: order.clone(), lines, coupon: *coupon },
            day: Some(self.plan.day),
        });
        self.buy(world, life, &order);
    }

    fn query(&self, world: &World, life: &mut Life, category: CategoryId) -> String {
        let tongue = world.person(self.plan.person).tongue;
        let name = words(world, category, tongue).to_lowercase();
        if self.intent != Intent::Gift {
            return name;
        }
        life.seek_gift(self.plan.day);
        match tongue {
            Tongue::French => format!("cadeau {name}"),
            Tongue::English => format!("gift {name}"),
        }
    }

    fn path(&self, world: &World, step: Step) -> String {
        let guide = |family: Family| format!("/guides/{}", family.slug());
        match step {
            Step::Home => "/".to_owned(),
            Step::Guide(family) => guide(family),
            Step::List(category) => format!("/{}", world.catalog.category(category).slug),
            Step::Search(_) => "/search".to_owned(),
            Step::Gifts => "/gifts".to_owned(),
            Step::Product(item) => format!("/p/item-{:05}", item.0),
            Step::Help => "/help".to_owned(),
            Step::Returns => "/help/returns".to_owned(),
            Step::Cart => "/cart".to_owned(),
            Step::Checkout => "/checkout".to_owned(),
            Step::Thanks => "/checkout/thanks".to_owned(),
        }
    }

    fn feed(&self, world: &World) -> Feed {
        if self.device(world).is_app { Feed::App } else { Feed::Web }
    }

    /// Who a page can say it is: the device, and the account of whoever is logged in.
    fn claims(&self, world: &World) -> Claims {
        let person = world.person(self.plan.person);
        let account = self.is_logged_in.then(|| person.account.clone());
        Claims { device: Some(self.device(world).id.clone()), account, ..Claims::default() }
    }

    /// Sends something from the page.
    pub(super) fn send(&mut self, world: &World, emits: &mut Vec<Emission>, what: Happening) {
        let plan = &self.plan;
        let message = format!("v{}-{}-{}-{}", plan.person.0, plan.day.0, plan.number, self.events);
        self.events += 1;
        emits.push(Emission {
            feed: self.feed(world),
            message,
            says_at: self.now,
            sent_at: self.now,
            skew_ms: 0,
            claims: self.claims(world),
            user_agent: Some(self.device(world).user_agent),
            what,
            day: Some(self.plan.day),
        });
    }
}

/// Which places a page has.
fn places(step: Step, has_keyword: bool) -> Vec<Place> {
    let mut places = match step {
        Step::Home => vec![Place::HomeHero, Place::HomeRow],
        Step::List(_) => vec![Place::CategoryTop],
        Step::Product(_) => vec![Place::ProductSide],
        Step::Cart => vec![Place::CartNote],
        Step::Checkout => vec![Place::CheckoutNote],
        _ => Vec::new(),
    };
    if has_keyword {
        places.push(Place::Landing);
    }
    places
}

fn words(world: &World, category: CategoryId, tongue: Tongue) -> &str {
    let Text { fr, en } = &world.catalog.category(category).name;
    match tongue {
        Tongue::French => fr,
        Tongue::English => en,
    }
}
