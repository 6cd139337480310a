//! Prices of feeds: `24.90 EUR`, `24,90 €`, `1 234,50`, `1,234.50`; in hundredths of a currency's unit.

use catalog::{
    fault::Code,
    money::{Currency, Prices, Sale},
};
use model::time::Timestamp;

use super::{PriceUnit, Settings, Wrong};
use crate::{
    number::{Decimal, DecimalSign, NumberFault, currency_code},
    reason::Reason,
};

/// Who wrote an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// Perhaps a person.
    Anybody,
    /// A program, with a point before the decimals and nothing between the digits.
    Program,
}

/// Reads an amount.
///
/// # Errors
/// No number, or one with two readings, or a negative one, or one without a currency.
pub(crate) fn amount(field: &str, text: &str, writer: Writer, settings: &Settings) -> Result<(u64, Currency), Wrong> {
    let decimal = if writer == Writer::Program { Some(DecimalSign::Point) } else { settings.decimal };
    let begin = &text[..text.floor_char_boundary(40)];
    let (number, named) = Decimal::read_amount(text, decimal).map_err(|fault| match fault {
        NumberFault::Ambiguous => {
            let why = format!("{begin:?} can be read in two ways: say which sign is before the decimals.");
            Wrong::new(Reason::NumberAmbiguous, field, why)
        }
        NumberFault::NotANumber | NumberFault::OtherCurrency => {
            Wrong::new(Reason::NotANumber, field, format!("{begin:?} is no amount, such as 24.90 EUR."))
        }
    })?;
    let currency = match named {
        None => settings.currency,
        Some(named) => match currency_code(named) {
            Some(code) => Currency::new(code),
            // A dollar is that of the shop, if the shop has one.
            None => settings.currency.filter(|own| own.as_str().ends_with('D')),
        },
    };
    let currency = currency.ok_or_else(|| {
        Wrong::new(Reason::NoCurrency, field, format!("Nothing says in which currency {begin:?} is."))
    })?;
    let cents = match settings.unit {
        PriceUnit::Whole => number.hundredths(),
        PriceUnit::Hundredths => number.hundredths() / 100,
    };
    let cents = u64::try_from(cents)
        .map_err(|_| Wrong::of_catalog(Code::BadPrice, field, format!("{begin:?} is less than nothing.")))?;
    Ok((cents, currency))
}

/// The usual price, the reduced one, and when that one holds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Written<'t> {
    pub(crate) price: Option<&'t str>,
    pub(crate) sale_price: Option<&'t str>,
    pub(crate) from: Option<&'t str>,
    pub(crate) until: Option<&'t str>,
    /// Who wrote the reduced price, if not who wrote the usual one.
    pub(crate) sale_writer: Option<Writer>,
}

impl Written<'_> {
    /// Reads what an item costs; `None` if nobody says. A reduced price that is as high as the usual one is none.
    ///
    /// # Errors
    /// As [`amount`]; moments that are none; two currencies.
    pub(crate) fn read(self, writer: Writer, settings: &Settings) -> Result<Option<Prices>, Wrong> {
        let Some(price) = self.price else { return Ok(None) };
        let (price_cents, currency) = amount("price", price, writer, settings)?;
        let mut prices = Prices::of(currency, price_cents);
        if let Some(text) = self.sale_price {
            let (sale_cents, sale_currency) = amount("sale_price", text, self.sale_writer.unwrap_or(writer), settings)?;
            if sale_currency != currency {
                let why = format!("It is in {}, the price in {}.", sale_currency.as_str(), currency.as_str());
                return Err(Wrong::new(Reason::OtherCurrency, "sale_price", why));
            }
            let from = self.from.map_or(Ok(Timestamp::MIN), |text| moment("sale_from", text, settings))?;
            let until = self.until.map_or(Ok(Timestamp::MAX), |text| moment("sale_until", text, settings))?;
            let sale = Sale { price_cents: sale_cents, from, until };
            prices.sale = Some(sale).filter(|_| sale_cents != price_cents);
        }
        Ok(Some(prices))
    }
}

/// Reads a moment.
///
/// # Errors
/// `NOT_A_MOMENT`.
pub(crate) fn moment(field: &str, text: &str, settings: &Settings) -> Result<Timestamp, Wrong> {
    let found = settings.clock.read(text).or_else(|| {
        // Google writes offsets without a colon, and leaves out the seconds: 2026-02-24T13:00-0800.
        let at =
            text.len().checked_sub(5).filter(|at| text.is_char_boundary(*at) && text[*at..].starts_with(['+', '-']))?;
        let (civil, offset) = text.split_at(at);
        let seconds = if civil.matches(':').count() == 1 { ":00" } else { "" };
        settings.clock.read(&format!("{civil}{seconds}{}:{}", offset.get(..3)?, offset.get(3..)?))
    });
    found.ok_or_else(|| {
        let begin = &text[..text.floor_char_boundary(40)];
        Wrong::new(Reason::NotAMoment, field, format!("{begin:?} is no moment, such as 2026-03-01T10:00:00Z."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings { currency: Some(Currency::EUR), ..Settings::new(Timestamp::EPOCH, "en") }
    }

    #[test]
    fn amounts_are_read_as_shops_write_them() {
        for (text, cents) in [
            ("24.90 EUR", 2_490),
            ("24,90 €", 2_490),
            ("1 234,50", 123_450),
            ("1,234.50", 123_450),
            ("1\u{202f}234,50\u{a0}€", 123_450),
            ("EUR 0.5", 50),
            ("19", 1_900),
            ("0.005", 1),
            ("0", 0),
        ] {
            assert_eq!(amount("price", text, Writer::Anybody, &settings()).unwrap(), (cents, Currency::EUR), "{text}");
        }
        let minor = Settings { unit: PriceUnit::Hundredths, ..settings() };
        assert_eq!(amount("price", "2490", Writer::Anybody, &minor).unwrap().0, 2_490);
        assert_eq!(amount("price", "1.234", Writer::Program, &settings()).unwrap().0, 123);
    }

    #[test]
    fn an_amount_that_is_none_or_negative_is_refused_with_the_reason() {
        let none = Settings { currency: None, ..settings() };
        for (text, settings, code) in [
            ("-1 EUR", &settings(), "BAD_PRICE"),
            ("free", &settings(), "NOT_A_NUMBER"),
            ("1,234", &settings(), "NUMBER_AMBIGUOUS"),
            ("24.90", &none, "NO_CURRENCY"),
            ("$24.90", &settings(), "NO_CURRENCY"),
            ("12 34", &settings(), "NOT_A_NUMBER"),
            ("", &settings(), "NOT_A_NUMBER"),
        ] {
            let wrong = amount("price", text, Writer::Anybody, settings).unwrap_err();
            assert_eq!((wrong.code, wrong.field.as_str()), (code, "price"), "{text}");
        }
    }

    #[test]
    fn a_reduced_price_has_its_time() {
        let written = Written {
            price: Some("100 EUR"),
            sale_price: Some("80 EUR"),
            from: Some("2026-02-24T13:00-0800"),
            until: Some("2026-03-01"),
            sale_writer: None,
        };
        let sale = written.read(Writer::Anybody, &settings()).unwrap().unwrap().sale.unwrap();
        assert_eq!(crate::moment::write(sale.from), "2026-02-24T21:00:00Z");
        assert_eq!(crate::moment::write(sale.until), "2026-03-01T00:00:00Z");
        let read = |written: Written<'_>| written.read(Writer::Anybody, &settings()).map_err(|wrong| wrong.code);
        assert_eq!(read(Written { sale_price: Some("80 USD"), ..written }), Err("OTHER_CURRENCY"));
        assert_eq!(read(Written { from: Some("soon"), ..written }), Err("NOT_A_MOMENT"));
        assert_eq!(read(Written { sale_price: Some("100 EUR"), ..written }).unwrap().unwrap().sale, None);
        assert_eq!(read(Written { price: None, ..written }), Ok(None));
    }
}
