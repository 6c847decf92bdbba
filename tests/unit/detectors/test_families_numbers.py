"""Numbers of people, accounts and devices in the ways they are written: found with their exact place and kind."""

from __future__ import annotations

import pytest
from support.marked_texts import found, unmarked

FOUND = """
My SSN is [[US_SSN:536-22-1234]].
ssn=[[US_SSN:536221234]]
Social Security Number: [[US_SSN:536 22 1234]]
{"ssn": "[[US_SSN:536-22-1234]]", "age": null}
the socials are [[US_SSN:536-22-1234]] and [[US_SSN:219-09-9999]]
SSN on file ***: [[US_SSN:***-**-1234]]
ITIN [[US_ITIN:912-91-3457]] was assigned
EIN: [[US_EIN:12-3456789]]
our federal tax id is [[US_EIN:91-1144442]]
card [[CREDIT_CARD:4111 1111 1111 1111]] exp 04/27
[[CREDIT_CARD:4111-1111-1111-1111]]
pay with [[CREDIT_CARD:5555555555554444]] please
Amex [[CREDIT_CARD:3782 822463 10005]]
amex [[CREDIT_CARD:378282246310005]]
Kreditkarte: [[CREDIT_CARD:4222222222222]]
carte bancaire n° [[CREDIT_CARD:5555 5555 5555 4444]]
信用卡号码是[[CREDIT_CARD:6011111111111117]]。
{"card_number":"[[CREDIT_CARD:30569309025904]]"}
IBAN [[IBAN:DE89 3704 0044 0532 0130 00]] bei der Bank
Please wire to [[IBAN:GB82WEST12345698765432]].
iban: [[IBAN:fr1420041010050500013m02606]]
[[IBAN:NL91 ABNA 0417 1643 00]], [[IBAN:NO93 8601 1117 947]]
routing number [[US_ROUTING_NUMBER:021000021]]
ABA routing: [[US_ROUTING_NUMBER:111000025]], checking account [[BANK_ACCOUNT:000123456789]]
sort code [[BANK_ACCOUNT:20-00-00]]
Bankkonto: [[BANK_ACCOUNT:1234567890]]
NI number: [[UK_NINO:AB123456C]]
My national insurance number is [[UK_NINO:AB 12 34 56 C]]
nino [[UK_NINO:ab123456c]]
NHS number [[UK_NHS_NUMBER:943 476 5919]]
NHS No: [[UK_NHS_NUMBER:9434765919]]
UTR [[UK_UTR:1955839661]] for self assessment
PPS number [[IE_PPS:6433435F]]
Steuer-ID: [[DE_TAX_ID:36574261809]]
Meine Steueridentifikationsnummer lautet [[DE_TAX_ID:36 574 261 809]].
Personalausweisnummer [[DE_ID_CARD:T220001293]]
Numéro de sécurité sociale : [[FR_NIR:2 95 10 99 126 111 93]]
NIR [[FR_NIR:295109912611193]]
codice fiscale [[IT_FISCAL_CODE:RSSMRA85T10A562S]]
il mio CF è [[IT_FISCAL_CODE:rssmra85t10a562s]]
DNI [[ES_DNI:12345678Z]]
mi dni es [[ES_DNI:12345678z]]
NIE: [[ES_NIE:X-1234567-L]]
BSN [[NL_BSN:123456782]]
Burgerservicenummer: [[NL_BSN:1112.22.333]]
rijksregisternummer [[BE_NATIONAL_NUMBER:85.07.30-033.28]]
PESEL: [[PL_PESEL:44051401359]]
NIF [[PT_NIF:501964843]] (contribuinte)
personnummer [[SE_PERSONNUMMER:811228-9874]]
[[SE_PERSONNUMMER:19811228-9874]]
CPR-nummer: [[DK_CPR:211062-5629]]
henkilötunnus [[FI_HETU:131052-308T]]
fødselsnummer [[NO_FODSELSNUMMER:15108695088]]
SV-Nummer [[AT_SVNR:1237 010180]]
AHV [[CH_AHV:756.9217.0769.85]]
USt-IdNr. [[EU_VAT:DE136695976]]
VAT no. [[EU_VAT:NL004495445B01]], TVA [[EU_VAT:FR40303265045]]
Aadhaar: [[IN_AADHAAR:2341 2341 2346]]
my aadhaar number is [[IN_AADHAAR:234123412346]]
PAN card [[IN_PAN:ACUPA7085R]]
GSTIN [[IN_GSTIN:27AAPFU0939F1ZV]]
voter id [[IN_VOTER_ID:ABC1234567]]
CPF: [[BR_CPF:529.982.247-25]]
meu cpf é [[BR_CPF:52998224725]]
CNPJ [[BR_CNPJ:11.222.333/0001-81]]
マイナンバーは[[JP_MY_NUMBER:123456789018]]です
My Number: [[JP_MY_NUMBER:1234 5678 9018]]
身份证号：[[CN_RESIDENT_ID:11010519491231002X]]
주민등록번호 [[KR_RRN:971013-9019902]]
NRIC [[SG_NRIC:S1234567D]]
SIN: [[CA_SIN:046-454-286]]
social insurance number [[CA_SIN:046 454 286]]
TFN [[AU_TFN:123 456 782]]
tax file number: [[AU_TFN:876543210]]
ABN [[AU_ABN:51 824 753 556]]
Medicare card [[AU_MEDICARE:2123 45670 1]]
MRN: [[MEDICAL_RECORD_NUMBER:00123456]]
medical record number [[MEDICAL_RECORD_NUMBER:MR-4482913]]
Patient ID #[[MEDICAL_RECORD_NUMBER:A1234567]]
{"mrn": "[[MEDICAL_RECORD_NUMBER:8837261]]"}
member ID [[HEALTH_PLAN_NUMBER:W123456789]]
Medicare beneficiary [[HEALTH_PLAN_NUMBER:1EG4-TE5-MK73]]
policy number: [[HEALTH_PLAN_NUMBER:HP-99281734]]
NPI [[NPI:1234567893]]
DEA number [[DEA_NUMBER:AB1234563]]
IMEI [[DEVICE_ID:490154203237518]]
device serial number: [[DEVICE_ID:SN-48213-AX9]]
UDI [[DEVICE_ID:(01)00643169001763(17)251231(10)A123]]
account number [[ACCOUNT_NUMBER:9876543210]]
Acct #[[ACCOUNT_NUMBER:44-8812-99]]
certificate number [[CERTIFICATE_NUMBER:C-2291-8834]]
medical license number: [[CERTIFICATE_NUMBER:MD445821]]
fingerprint ID: [[BIOMETRIC:FP-99812-XZ]]
passport no. [[PASSPORT:71 4402915]]
taxpayer number [[PT_NIF:501964843]]
Kundennummer ist [[ACCOUNT_NUMBER:40286113]], bitte anrufen
switch port 3 learned [[MAC_ADDRESS:70f3.5a9c.01be]]
passport number [[PASSPORT:C01X00T47]]
Passport No. [[PASSPORT:533380006]]
Reisepass Nr. [[PASSPORT:C01X00T47]]
passeport n° [[PASSPORT:12AB34567]]
护照号码：[[PASSPORT:E12345678]]
[[PASSPORT:P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<]]
driver's license [[DRIVER_LICENSE:D1234567]]
DL# [[DRIVER_LICENSE:F255-921-50-094-0]]
Führerscheinnummer: [[DRIVER_LICENSE:B072RRE2I55]]
[[DRIVER_LICENSE:MORGA657054SM9IJ]] on her licence
License plate: [[LICENSE_PLATE:7ABC123]]
Kennzeichen [[LICENSE_PLATE:B-MW 1234]]
number plate [[LICENSE_PLATE:AB12 CDE]]
VIN [[VIN:1HGCM82633A004352]]
chassis number: [[VIN:WVWZZZ1JZXW000001]]
national ID number: [[NATIONAL_ID:4421-9938-22]]
rodné číslo [[NATIONAL_ID:736028/5163]]
TAJ szám: [[NATIONAL_ID:123 456 788]]
OIB [[NATIONAL_ID:94577403194]]
CNP: [[NATIONAL_ID:1800101221144]]
ЕГН [[NATIONAL_ID:7501020018]]
JMBG: [[NATIONAL_ID:0101006500006]]
ΑΦΜ: [[NATIONAL_ID:094259216]]
T.C. Kimlik No: [[NATIONAL_ID:10000000146]]
[[NATIONAL_ID:BOXW310820HNERXN09]] is on file
RFC: [[NATIONAL_ID:VECJ880326XK4]]
RUT [[NATIONAL_ID:12.345.678-5]]
CUIL [[NATIONAL_ID:20-05536168-2]]
ID number [[NATIONAL_ID:8001015009087]]
SA ID: [[NATIONAL_ID:800101 5009 087]], Durban
HKID [[NATIONAL_ID:G123456(A)]]
holder of [[NATIONAL_ID:A123456(3)]]
CNIC No. [[NATIONAL_ID:35202-7719043-5]]
No KTP: [[NATIONAL_ID:3273014408920001]]
iqama [[NATIONAL_ID:2290447183]]
DNI [[NATIONAL_ID:27.904.118]], Rosario
cédula de ciudadanía n.º [[NATIONAL_ID:1.032.447.190]]
licence [[DRIVER_LICENSE:HARKN 711306 Z99AB 12]] (GB)
Versicherten-Nr. [[HEALTH_PLAN_NUMBER:T662190348]]
Kd.-Nr. [[ACCOUNT_NUMBER:662-19034]]
SPZ: [[LICENSE_PLATE:2B8 7714]]
nr rej. [[LICENSE_PLATE:KR 9T771]]
regnr [[LICENSE_PLATE:DN 77120]]
portable [[PHONE:0033 7 81 40 22 19]]
reach me on [[PHONE:0041 79 330 11 82]]
""".strip().splitlines()

NOTHING = """
Fifth Floor, Boston, MA  02110-1301, USA
order 4111111111111112 shipped
order number 536221234
tracking number 1Z999AA10123456784
invoice 2023-0045512
ISBN 978-3-16-148410-0
ISBN-10: 0-306-40615-2
EAN 4006381333931
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
commit 3f2a9bc1d4e5f60718293a4b5c6d7e8f90a1b2c3
550e8400-e29b-41d4-a716-446655440000
id: 123e4567-e89b-12d3-a456-426614174000
1700000000
1700000000123
created_at=1700000000 updated_at=1700000360
{"ts": 1700000000123, "dur": 1234567}
version 10.4.2.1
package==1.2.3.4
numpy>=1.26.4,<2
v2.31.0-rc.1+build.5114f85
Chrome/120.0.0.0 Safari/537.36
000-12-3456 and 666-12-3456 are never given
it costs 123,456.78 or 1.234.567,89
$1234567890
0xDEADBEEFCAFEBABE
#ff00aa and #123456
rgba(255, 255, 255, 0.5)
transform: translate(12.5px, 48.25px)
M 10.5,20.25 C 30.1,40.2 50.3,60.4
range(1000000000, 2000000000)
x = 123456789 * 987654321
pi = 3.14159265358979
error code 0x80070005 at 00007ff6
pod/web-7d4b9c6f5-x2x9z running
nginx-deployment-66b6c48dd5-7l4tx
arn:aws:iam::000000000000:role/x
@@ -123,7 +123,9 @@ def f
+12345678,
-    "size": 123456789,
[0-9]{3}-[0-9]{2}-[0-9]{4}
\\d{3}-\\d{2}-\\d{4}
SELECT * FROM t WHERE id = 123456789
part number 123-45-67890
model AB-123456-C
SKU 12345678Z9
the passport number is required
your account number will be shown
policy: deny all requests over 10000
routing table with 111111111 entries
serial: true
patient id is missing
phone: unknown
10.0.0.0/8 and 172.16.0.0/12
127.0.0.1:8080 and 0.0.0.0
255.255.255.0
std::vector<int>::iterator
10:20:30 and 10:20:30.123
aa:bb:cc
d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e
a.b.c.d
int64 9223372036854775807
-9223372036854775808
2147483647 4294967295
1e10 6.02214076e23
3.5.2
ticket 4821-9930-1123
RFC 2616, section 14.9.1
ISO 8601-1:2019
lorem 12 34 56 78 ipsum
score: 12-3456
1,000,000,000 users
page 123 of 4567
matrix 100 200 300 400
build 20240101.1234
docker pull repo/image@sha256:abc123
line 12345, column 67
GET /api/v1/items/123456789 HTTP/1.1
timeout=30000 retries=3 size=1048576
CVE-2021-44228
JIRA-12345
port 5432
1.0.0.0
2001:10:11 12:00:00
A1B2C3D4E5F60718
order 736028/5163
RFC 2616 and RFC 7231
run 12345678-5 of 20
AFM 0123456789 nm
ID number 8001015009088 of the batch
El pedido cuesta 27.904.118 pesos
A123456(4) and f123456(a)
""".strip("\n").splitlines()


@pytest.mark.parametrize("marked", FOUND)
def test_what_is_written_is_found(marked: str) -> None:
    text, expected = unmarked(marked)
    assert found(text) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_like_it_passes(text: str) -> None:
    assert found(text) == []
