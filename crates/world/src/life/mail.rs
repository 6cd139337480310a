//! The weekly mail: delivered, opened by machines and by people, clicked, forwarded, and now and then the last.

use crate::{
    World,
    calendar::Day,
    draws::{Entity, Purpose},
    emission::{Claims, Emission, Feed, Happening},
    person::Channel,
    truth::Truth,
    visit::{VisitPlan, Way},
};

use super::{Life, arrival::at, outside};

/// The weekday of the mail, from Monday as 0.
const WEEKDAY: i64 = 1;
/// Share of mails that arrive.
const DELIVERED: f64 = 0.985;
/// Share of people whose mail program opens every mail by itself: 45 % of all opens are of such programs.
const MACHINES: f64 = 0.18;
/// Share of mails that people open: of those with no appetite for mail, and how much more of those with all of it.
const OPENED: (f64, f64) = (0.08, 0.28);
/// Share of mails opened by people that are clicked: without a need, and with one.
const CLICKED: (f64, f64) = (0.06, 0.16);
/// Share of opened mails after which no more are wanted, for somebody of average discomfort.
const UNSUBSCRIBED: f64 = 0.004;
/// Share of opened mails that are forwarded, and then clicked elsewhere.
const FORWARDED: f64 = 0.004;
/// How much a mail tires.
const TIRES: f32 = 0.1;
/// The number of a visit that a mail led to: behind those that begin by themselves, so that these keep theirs.
const VISIT: u16 = 100;

impl Life {
    /// The weekly mail on its day, to those who agreed and have an address here. Returns the visit that it led to.
    pub(super) fn get_mail(
        &mut self,
        world: &World,
        day: Day,
        emissions: &mut Vec<Emission>,
        truths: &mut Vec<Truth>,
    ) -> Option<VisitPlan> {
        let weekday = (world.calendar.start.day() + i64::from(day.0) + 3).rem_euclid(7);
        if weekday != WEEKDAY || !self.consents.email || !self.has_account {
            return None;
        }
        let person = world.person(self.person);
        let has_machine = world.seed.draws(Entity::Person(self.person.0), 0, Purpose::Mail).chance(MACHINES);
        let mut draws = world.seed.draws(Entity::Person(self.person.0), day.0 + 1, Purpose::Mail);
        let [arrives, opens, clicks, leaves, forwards, delay, friend] = std::array::from_fn(|_| draws.unit());
        if arrives >= DELIVERED {
            return None;
        }
        let campaign = format!("weekly-{:02}", day.0 / 7 + 1);
        let mut send = |hour: f64, word: &str, what: Happening| {
            let message = format!("mail-{}-{}-{word}", self.person.0, day.0);
            emissions.push(outside(world, person, Feed::Mailer, at(world, day, hour), (message, what)));
        };
        let sent = 6.0 + delay;
        send(sent, "delivered", Happening::MailDelivered(campaign.clone()));
        if has_machine {
            send(sent + 0.01, "machine", Happening::MailOpened(campaign.clone()));
        }
        let appetite = f64::from(person.reactions.appetite[Channel::Email as usize]);
        let opened = sent + 0.5 + 12.0 * delay;
        if opens >= OPENED.0 + OPENED.1 * appetite {
            return self.tired(day, None);
        }
        send(opened, "opened", Happening::MailOpened(campaign.clone()));
        if forwards < FORWARDED {
            let other = &world.people[((friend * world.people.len() as f64) as usize).min(world.people.len() - 1)];
            let click = Happening::MailClicked(campaign.clone());
            let message = format!("mail-{}-{}-forwarded", self.person.0, day.0);
            let mut forwarded = outside(world, person, Feed::Mailer, at(world, day, opened + 1.0), (message, click));
            // The link names who it was sent to; the browser is somebody else's.
            let device = other.devices.first().map(|device| device.id.clone());
            forwarded.claims = Claims { device, ..forwarded.claims };
            emissions.push(forwarded);
            return self.tired(day, None);
        }
        if leaves < UNSUBSCRIBED * (0.5 + f64::from(person.reactions.discomfort)) {
            send(opened + 0.02, "unsubscribed", Happening::Unsubscribed(campaign));
            self.consents.email = false;
            truths.push(Truth::OptOut(self.person, at(world, day, opened + 0.02)));
            return None;
        }
        let wish = if self.need_on(day).is_some() { CLICKED.1 } else { CLICKED.0 };
        if clicks >= wish {
            return self.tired(day, None);
        }
        send(opened + 0.01, "clicked", Happening::MailClicked(campaign));
        let begins = at(world, day, opened + 0.012);
        self.tired(day, Some(VisitPlan { person: self.person, day, number: VISIT, begins, way: Way::Mail }))
    }

    fn tired(&mut self, day: Day, visit: Option<VisitPlan>) -> Option<VisitPlan> {
        self.tire(day, TIRES);
        visit
    }
}
