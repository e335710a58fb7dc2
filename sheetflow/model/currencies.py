"""The currencies of ISO 4217 that a payment can be made in, and what people write for them.

Funds codes, metals and the codes for testing are left out: nobody is paid in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
        "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
        "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
        "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG "
        "SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES "
        "WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}

MINOR_DIGITS: Mapping[str, int] = MappingProxyType(
    {code: digits for digits, codes in _BY_DIGITS.items() for code in codes.split()}
)
"""How many decimals each currency has: 2 for RUB (kopecks), 0 for JPY, 3 for KWD."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        word: code
        for code, words in {
            "RUB": "₽ rur р р. руб руб. рубль рубли рублей rub. rubles roubles",
            "USD": "$ us$ usd$ долл долл. доллар доллары долларов dollars",
            "EUR": "€ евро euro euros",
            "CNY": "cn¥ rmb 元 юань юани юаней yuan",
            "GBP": "£",
            "JPY": "jp¥ иена иены иен yen",
            "KZT": "₸ тенге",
            "BYN": "br byn. бел.руб.",
            "UAH": "₴ грн грн.",
            "TRY": "₺ лира лиры лир",
            "INR": "₹",
            "AMD": "֏ драм драмов",
            "GEL": "₾ лари",
            "AZN": "₼ манат манатов",
            "KRW": "₩",
            "ILS": "₪",
            "VND": "₫",
        }.items()
        for word in words.split()
    }
)
"""Lower-case words and signs with one meaning. RUR, the rouble's code until 1998, is still met."""

AMBIGUOUS: Mapping[str, tuple[str, ...]] = MappingProxyType({"¥": ("CNY", "JPY"), "￥": ("CNY", "JPY")})
"""Signs that stand for more than one currency: whoever wrote them has to say which."""

SIGNS: Mapping[str, str] = MappingProxyType({"RUB": "₽", "USD": "$", "EUR": "€"})
"""What a Russian text puts after the amount; other currencies go by their code."""
