//! What is written for each stage and aid: a title and a body in both languages, in which `{}` is what it is about.

use super::{Aid, Stage};
use crate::catalog::Family;

/// The contents of a stage and an aid.
#[derive(Debug)]
pub(super) struct Cell {
    /// For whom.
    pub stage: Stage,
    /// What for.
    pub aid: Aid,
    /// Themes that rules show: there are contents about them in every world, in both languages, and they stay good.
    pub shown: &'static [Family],
    /// Titles in French and in English.
    pub title: (&'static str, &'static str),
    /// Bodies in French and in English.
    pub body: (&'static str, &'static str),
}

type Pair = (&'static str, &'static str);

const fn cell(at: (Stage, Aid), title: Pair, body: Pair) -> Cell {
    Cell { stage: at.0, aid: at.1, shown: shown(at), title, body }
}

const fn shown(at: (Stage, Aid)) -> &'static [Family] {
    match at {
        (Discovery, Orient) | (Comparison, Inform) | (Conversion | Onboarding, Help) => &[Family::Boots],
        (Discovery, Inform) | (Comparison, Orient) => &[Family::Trail],
        (Comparison, Help) => &[Family::Packs],
        (Comparison, Reassure) => &[Family::Winter],
        (Conversion, Inform) => &[Family::Rain],
        (Enrollment, Orient) => &[Family::Socks],
        (Enrollment, Inform) => &[Family::Socks, Family::Winter],
        _ => &[],
    }
}

use Aid::{Help, Inform, Orient, Reassure, Reward};
use Stage::{Comparison, Conversion, Discovery, Enrollment, Onboarding};

/// Cells for which nothing is written, on purpose: what a shop must find out.
pub const EMPTY: [(Stage, Aid); 6] = [
    (Discovery, Help),
    (Discovery, Reward),
    (Comparison, Reward),
    (Conversion, Orient),
    (Onboarding, Reassure),
    (Enrollment, Reassure),
];

/// All others.
pub(super) const CELLS: [Cell; 19] = [
    cell(
        (Discovery, Orient),
        ("Par où commencer : {}", "Where to begin: {}"),
        ("Trois questions suffisent pour trouver le bon rayon.", "Three questions are enough to find the right shelf."),
    ),
    cell(
        (Discovery, Inform),
        ("Ce qu’il faut savoir : {}", "What there is to know: {}"),
        ("Les mots du métier, expliqués simplement.", "The words of the trade, plainly explained."),
    ),
    cell(
        (Discovery, Reassure),
        ("Une première fois : {}", "A first time: {}"),
        (
            "Personne ne naît montagnard. Nous conseillons sans presser.",
            "Nobody is born a hiker. We advise and do not hurry.",
        ),
    ),
    cell(
        (Comparison, Orient),
        ("Lequel est pour vous : {}", "Which one is for you: {}"),
        ("Un tableau par usage, terrain et budget.", "A table by use, terrain and budget."),
    ),
    cell(
        (Comparison, Inform),
        ("Bien choisir : {}", "Choosing well: {}"),
        ("Ce que nos essais sur le terrain ont montré.", "What our trials outdoors have shown."),
    ),
    cell(
        (Comparison, Help),
        ("Hésitation entre deux modèles : {}", "Torn between two models: {}"),
        ("Mettez-les côte à côte ; nous marquons ce qui diffère.", "Put them side by side; we mark what differs."),
    ),
    cell(
        (Comparison, Reassure),
        ("Des avis de clients : {}", "What customers say: {}"),
        ("Tous les avis, bons et mauvais, d’achats vérifiés.", "All reviews, good and bad, of verified purchases."),
    ),
    cell(
        (Conversion, Inform),
        ("Livraison et disponibilité : {}", "Delivery and stock: {}"),
        ("Le délai et le magasin le plus proche qui en a.", "The time it takes and the nearest store that has it."),
    ),
    cell(
        (Conversion, Help),
        ("La bonne taille : {}", "The right size: {}"),
        ("Mesurez, comparez au tableau, demandez-nous.", "Measure, compare with the table, ask us."),
    ),
    cell(
        (Conversion, Reassure),
        ("Trente jours pour changer d’avis : {}", "Thirty days to change your mind: {}"),
        ("Retour gratuit en magasin, paiement sûr.", "Free return in store, safe payment."),
    ),
    cell(
        (Conversion, Reward),
        ("Merci d’être là : {}", "Thank you for being here: {}"),
        ("Un cadeau d’entretien avec cette commande.", "A care gift with this order."),
    ),
    cell(
        (Onboarding, Orient),
        ("Premiers pas avec vos achats : {}", "First steps with what you bought: {}"),
        ("Des sorties faciles pour s’y faire.", "Easy outings to get used to it."),
    ),
    cell(
        (Onboarding, Inform),
        ("Faire durer : {}", "Making it last: {}"),
        ("Un geste après chaque sortie, un soin par saison.", "One gesture after each outing, one treatment a season."),
    ),
    cell(
        (Onboarding, Help),
        ("Un réglage, une réparation : {}", "An adjustment, a repair: {}"),
        ("Pas à pas en images, ou à l’atelier.", "Step by step in pictures, or at the workshop."),
    ),
    cell(
        (Onboarding, Reward),
        ("Bienvenue parmi nous : {}", "Welcome among us: {}"),
        ("Un atelier d’entretien vous est offert.", "A care workshop is on us."),
    ),
    cell(
        (Enrollment, Orient),
        ("La suite de l’aventure : {}", "Where to next: {}"),
        ("Ce qui complète ce que vous avez déjà.", "What completes what you already have."),
    ),
    cell(
        (Enrollment, Inform),
        ("Nouveautés de la saison : {}", "New this season: {}"),
        ("Ce qui change, et ce qui ne change pas.", "What changes, and what does not."),
    ),
    cell(
        (Enrollment, Help),
        ("Ressemeler, recoudre, reprendre : {}", "Resole, mend, trade in: {}"),
        ("Prolongez la vie de ce que vous aimez.", "Give what you love a longer life."),
    ),
    cell(
        (Enrollment, Reward),
        ("Pour votre fidélité : {}", "For your loyalty: {}"),
        ("L’avant-première des collections et un cadeau.", "A first look at collections, and a gift."),
    ),
];
