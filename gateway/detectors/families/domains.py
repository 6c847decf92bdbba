"""What domain names end in: enough of the root zone to tell an address from code, and endings that files have."""

from __future__ import annotations

from typing import Final

_COUNTRIES: Final = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd"
    " cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd"
    " ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg"
    " kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv"
    " mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa"
    " sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug"
    " uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_GENERIC: Final = (
    "com org net edu gov mil int info biz name pro aero coop museum jobs mobi travel tel asia cat post xxx arpa academy"
    " accountant agency app art associates attorney auction audio band bank bar beauty berlin bet bid bike bio black"
    " blog blue boutique build builders business cab cafe camera camp capital care careers cash casino center chat"
    " church"
    " city claims cleaning click clinic clothing cloud club coach codes coffee college community company computer"
    " consulting contractors cool country coupons courses credit cricket cruises dance date dating deals delivery"
    " democrat dental dentist design dev diamonds digital direct directory discount doctor dog domains education email"
    " energy engineer engineering enterprises equipment estate events exchange expert exposed express fail faith family"
    " fans farm fashion film finance financial fish fit fitness flights florist football forsale foundation fun fund"
    " furniture fyi gallery game games garden gift gifts gives glass global gmbh gold golf graphics gratis green gripe"
    " group guide guru hair haus health healthcare help hiphop hockey holdings holiday homes horse hospital host"
    " hosting"
    " house how immo industries ink institute insurance insure international investments irish istanbul jetzt jewelry"
    " kitchen koeln kiwi land law lawyer lease legal lgbt life lighting limited limo link live llc loan loans lol"
    " london"
    " love ltd luxe madrid maison management market marketing markets mba media melbourne memorial men menu miami money"
    " mortgage moscow music navy network news ninja nyc one ong online ooo organic page paris partners parts party pet"
    " pharmacy photo photography photos physio pics pictures pink pizza place plumbing plus poker press productions"
    " promo properties property pub quebec realty recipes red rehab reise reisen rent rentals repair report republican"
    " rest restaurant review reviews rip rocks rodeo run ruhr sale salon sarl school science scot security services"
    " sex shoes shop shopping show singles site ski soccer social software solar solutions space store stream studio"
    " study style supplies supply support surf surgery swiss sydney systems tattoo tax taxi team tech technology tennis"
    " theater tips tires today tokyo tools top tours town toys trade trading training tube university vacations vegas"
    " ventures vet viajes video villas vin vip vision vodka vote voyage wales wang watch webcam website wedding wien"
    " wiki win wine work works world wtf xyz yoga zone example test invalid local localhost internal corp lan intranet"
    " onion google amazon microsoft apple bmw barclays"
)


def top_levels() -> frozenset[str]:
    """Give what the names of hosts end in, in lower case."""
    return frozenset((_COUNTRIES + " " + _GENERIC).split())
