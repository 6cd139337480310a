//! The 24 rules as the shop wrote them, and what each truly does.

use super::{
    Audience, Nature, Place,
    Split::{Price, Sex, Tenure},
};
use crate::{
    catalog::Family,
    content::{Aid, Stage},
};

/// Stage, aid and theme of a content.
pub(super) type Shows = (Stage, Aid, Option<Family>);

/// A rule before its contents are known.
#[derive(Debug)]
pub(super) struct Plan {
    /// For people.
    pub title: &'static str,
    /// Where it shows something.
    pub place: Place,
    /// To whom.
    pub audience: Audience,
    /// What it shows: the content of a stage and an aid about a family; none: about the shop.
    pub shows: Shows,
    /// What it truly does.
    pub nature: Nature,
    /// What it costs for each order made under it, in cents.
    pub cost_cents: u32,
}

const fn plan(title: &'static str, (place, audience): (Place, Audience), shows: Shows, nature: Nature) -> Plan {
    Plan { title, place, audience, shows, nature, cost_cents: 0 }
}

impl Plan {
    /// The same with a cost for each order.
    const fn costing(self, cost_cents: u32) -> Self {
        Self { cost_cents, ..self }
    }
}

use Aid::{Help, Inform, Orient, Reassure, Reward};
use Audience::{Bought, Everybody, LeftCart, Loyal, New, Viewed};
use Nature::{Creepy, Loses, Novelty, Null, Opposite, Pays, Seasonal};
use Place::{CartNote, CategoryTop, CheckoutNote, HomeHero, HomeRow, Landing, ProductSide};
use Stage::{Comparison, Conversion, Discovery, Enrollment, Onboarding};

const BOOTS: Option<Family> = Some(Family::Boots);
const TRAIL: Option<Family> = Some(Family::Trail);
const SOCKS: Option<Family> = Some(Family::Socks);
const PACKS: Option<Family> = Some(Family::Packs);
const RAIN: Option<Family> = Some(Family::Rain);
const WINTER: Option<Family> = Some(Family::Winter);

const VIEWED_BOOTS: Audience = Viewed(Family::Boots);
const VIEWED_TRAIL: Audience = Viewed(Family::Trail);
const VIEWED_PACKS: Audience = Viewed(Family::Packs);
const VIEWED_RAIN: Audience = Viewed(Family::Rain);
const VIEWED_WINTER: Audience = Viewed(Family::Winter);
const ONBOARDED: Audience = Audience::Stage(Onboarding);
const COMPARING: Audience = Audience::Stage(Comparison);

const CREEPY: Nature = Creepy { clicks: 0.6, churn: 0.02 };

/// All rules, by number.
pub(super) const PLANS: [Plan; super::RULES] = [
    plan("Advice on boots to who looks at boots", (CategoryTop, VIEWED_BOOTS), (Comparison, Inform, BOOTS), Pays(0.06)),
    plan("Thirty days to return, at the checkout", (CheckoutNote, Everybody), (Conversion, Reassure, None), Pays(0.08)),
    plan("Back to the cart that was left", (HomeHero, LeftCart), (Conversion, Help, None), Pays(0.15)),
    plan("The right size, beside the product", (ProductSide, Everybody), (Conversion, Help, BOOTS), Pays(0.05)),
    plan(
        "Socks for boots that were bought",
        (CartNote, Bought(Family::Boots)),
        (Enrollment, Orient, SOCKS),
        Pays(0.10),
    ),
    plan("Where to begin, for newcomers", (HomeHero, New), (Discovery, Orient, None), Pays(0.04)),
    plan("A gift for the loyal", (HomeRow, Loyal), (Enrollment, Reward, None), Pays(0.12)).costing(150),
    plan("Trail shoes side by side", (CategoryTop, VIEWED_TRAIL), (Comparison, Orient, TRAIL), Pays(0.02)),
    plan("The words of the trade on arrival", (Landing, Everybody), (Discovery, Inform, None), Null),
    plan("Nobody is born a hiker", (HomeRow, Everybody), (Discovery, Reassure, None), Null),
    plan("Reviews of winter wear", (CategoryTop, VIEWED_WINTER), (Comparison, Reassure, WINTER), Null),
    plan("Two packs side by side", (ProductSide, VIEWED_PACKS), (Comparison, Help, PACKS), Null),
    plan("First steps, in the cart", (CartNote, ONBOARDED), (Onboarding, Orient, None), Null),
    plan("New this season to who bought socks", (HomeHero, Bought(Family::Socks)), (Enrollment, Inform, SOCKS), Null),
    plan("Free delivery for everybody", (CartNote, Everybody), (Conversion, Inform, None), Loses(0.04)).costing(590),
    plan("Ten percent for who hesitates", (ProductSide, COMPARING), (Comparison, Help, None), Loses(0.07)).costing(800),
    plan("Last pieces of rain wear: hurry", (ProductSide, VIEWED_RAIN), (Conversion, Inform, RAIN), Loses(-0.06)),
    plan("A questionnaire before the list", (CategoryTop, New), (Discovery, Orient, BOOTS), Loses(-0.04)),
    plan("Trail first, on the home page", (HomeRow, Everybody), (Discovery, Inform, TRAIL), Opposite(Sex, 0.10)),
    plan("What our trials have shown", (Landing, Everybody), (Comparison, Inform, None), Opposite(Tenure, 0.08)),
    plan("By budget, above the list", (CategoryTop, Everybody), (Comparison, Orient, None), Opposite(Price, 0.10)),
    plan("The new look of the home page", (HomeHero, Everybody), (Enrollment, Inform, None), Novelty(0.12)),
    plan("We know what you wore out", (HomeRow, Bought(Family::Boots)), (Onboarding, Help, BOOTS), CREEPY),
    plan("Ready for the cold", (CategoryTop, Everybody), (Enrollment, Inform, WINTER), Seasonal(0.10)),
];

/// Pairs that interact, by their numbers, and by how much both together differ from the sum: advice on boots and on
/// sizes say the same twice; a cart that is shown again is ordered more easily when returns are free.
pub(super) const INTERACTIONS: [(u8, u8, f32); 2] = [(0, 3, -0.04), (1, 2, 0.06)];
