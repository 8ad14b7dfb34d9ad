"""Abbreviations and phone spelling: what a token may stand for, most likely first.

General Vietnamese only; words of our field and regional words are in faq/synonyms.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TABLE = """
alo aloo allo: alo ; hi hii: hi ; hello helo hê lô: hello ; tks thx thanks thank thanhs: cảm ơn
test: thử ; bye baibai: bye
k: không | kể
ko kh hk hok hong hông hem hổng hg kg kog khog khg k0 0 hêm hơm khum khôm kô kôh hôg: không
dc đc dk đk: được | đăng ký | điều kiện | địa chỉ ; dcj đcj đựoc dx đx đuợc: được
dky đky dki đki dkí đkí đkyy dkiz: đăng ký ; dnhap đnhap: đăng nhập
dn đn: đăng nhập | doanh nghiệp | đà nẵng
dxuat đxuat: đăng xuất ; dthoai đthoai dienthoai: điện thoại ; dt đt: điện thoại | đào tạo
sdt sđt sodt sốđt: số điện thoại
tk: tài khoản | thằng kia ; tkhoan tkhoản acc ac acount account: tài khoản
mk: mình | mật khẩu ; mik mjk mh mìk mìh mjnh mìn: mình
pass pw pas pasword password mkhau: mật khẩu
cccd ccd cccđ cancuoc: căn cước công dân ; cc: căn cước ; cmnd cmt cmtnd cmnđ: chứng minh nhân dân
bhyt: bảo hiểm y tế ; bhxh: bảo hiểm xã hội ; bhtn: bảo hiểm thất nghiệp
gplx: giấy phép lái xe | bằng lái
gks: giấy khai sinh ; ks: khai sinh ; gt: giấy tờ | giới tính ; gtx: giấy tờ xe
dkx đkx: đăng ký xe
dvc: dịch vụ công ; dvctt: dịch vụ công trực tuyến ; shk: sổ hộ khẩu ; hkhau: hộ khẩu
lltp: lý lịch tư pháp ; mst: mã số thuế ; nn: nước ngoài | nhà nước | như nào
cn: công nhân | cá nhân | chủ nhật
ca: công an ; cax: công an xã ; cap: cấp | công an phường ; cty ctyy: công ty ; dng: doanh nghiệp
xn: xác nhận ; xm: xác minh | xe máy
tp: thành phố ; tphcm hcm tpchm sg: thành phố hồ chí minh | sài gòn ; hn: hà nội ; vn: việt nam
tt: thông tin | thường trú | tạm trú | thanh toán | trực tiếp ; ttin ttinh: thông tin
ttru: tạm trú | thường trú
hs: hồ sơ | học sinh ; hso hsơ: hồ sơ ; sv: sinh viên ; nv: nhân viên ; gv: giáo viên
nld nlđ: người lao động ; hsg: học sinh giỏi
vs: với | và ; v: vậy | vào | về ; z zậy zay zạ dzậy dzay dạy zại zạy zậ vại: vậy
zo zô dzo dzô: vô ; zui dzui: vui ; zề dzề: về
j jz: gì ; g: gì | giờ | giây ; gj: gì ; ji jì zì: gì ; r: rồi ; rùi rùj ròi rồii rui òi roài: rồi
oy roi: rồi
n: nó | này | năm | ngày ; ny: này | người yêu ; nà: này ; nx: nữa ; nhìu nhiu nhju nhiù: nhiều
ntn nnao ntnao: như thế nào ; tnao tn: thế nào ; lm làmm lamf lmm: làm ; lsao lms ls: làm sao
tsao: tại sao ; s: sao | số | xong ; seo: sao ; srao: sao
m: mình | mày | mét | mấy ; t: tôi | tao | tuổi | tháng | thì ; b: bạn | bao | bị
bn: bao nhiêu | bạn ; bnhieu bnh bnhiu bnhiêu baonhieu: bao nhiêu ; bl: bao lâu | bảo lãnh
blau blâu: bao lâu
bh: bao giờ | bây giờ | bảo hiểm ; bg: bao giờ | bây giờ ; bgio bgiờ: bây giờ | bao giờ
h: giờ | hồi ; gìo: giờ ; hnay hnai: hôm nay ; hqua: hôm qua
ng: người ; ngta ngt: người ta ; nc: nước | nói chuyện ; nt: nhắn tin | như thế
ns: nói | năm sinh ; nch: nói chuyện
ms: mới ; mơi: mới ; mn mng mnguoi: mọi người ; mún mun mốn: muốn ; muh: mà ; mừ: mà ; mak: mà
mò: mà
ak: à ; ah: à ; uk uh ukm ừk um: ừ ; ok oke okie okê okla oki: được
onl ol online: trực tuyến | online ; off: offline
đg dg: đang | đường ; đag: đang ; dchi đchi: địa chỉ ; đ: đồng | được
wa: qua | quá ; wá: quá ; wen: quên ; wên: quên ; wuên: quên ; we: quê ; wê: quê ; q: quận | quá
p: phải | phường | phút | phí ; f: phường | phải ; fai fải pải phãi: phải ; fuong: phường
trc trk tr: trước ; trg: trong | trường ; trog: trong ; tg: thời gian | thế giới
tgian: thời gian ; thg thag: tháng | thằng ; thui thuj: thôi ; thíc: thích ; thik: thích
th: thì | thôi | trường hợp
c: chị | có | còn | các ; ck: chuyển khoản | chồng ; cx cg cug cũg cụng: cũng
cs: có | chính sách ; chx ch chj: chưa ; ckua chuă: chưa ; cj: chị ; cko: cho ; cm: chứng minh
cv: công việc ; ctr: chương trình | chồng
e: em ; a: anh ; ace: anh chị em ; o: không | ở ; u: mẹ ; i: đi ; ik đj dj đii: đi ; iu: yêu
y: ý
ib: nhắn tin ; inb: nhắn tin ; rep: trả lời ; add: thêm ; fix: sửa ; check ktra ktr: kiểm tra
kt: kiểm tra ; kb: kết bạn ; fb: facebook ; zl: zalo ; gg: google ; mes: tin nhắn
sms: tin nhắn | sms ; vid: video ; ip: iphone ; adr: android ; app ap: ứng dụng ; apps: ứng dụng
web: trang web ; link lik: đường dẫn | link ; lag lắc: chậm ; logout: đăng xuất
reset: đặt lại | reset ; update: cập nhật ; up: cập nhật | tải lên ; upd: cập nhật
cnhat cnhập: cập nhật ; down download: tải ; scan: quét ; pic: hình ; face: khuôn mặt
qr: qr | mã qr ; free: miễn phí ; ship: gửi ; clone: giả ; scam: lừa đảo ; fake: giả ; hack: chiếm
sn: sinh năm | sinh nhật ; nsinh: năm sinh ; ngsinh: ngày sinh
gđ gd: gia đình | giao dịch | giám đốc ; gdinh: gia đình ; bme: bố mẹ ; bm: ba má | ba mẹ ; vk: vợ
vck: vợ chồng ; ox: chồng ; bx: vợ
bt: bình thường | biết ; bit bít bik bjt bík: biết ; bth: bình thường ; hiu: hiểu ; hju: hiểu
iêu: yêu ; lun luon luông: luôn ; lquan: liên quan ; lh lhe: liên hệ ; lq: liên quan
hdan hd hdẫn: hướng dẫn ; hđ: hợp đồng | hướng dẫn ; hsd: hạn sử dụng ; hhan: hết hạn
hh: hết hạn ; tl: trả lời ; tb: thông báo ; tbao: thông báo ; qtrong: quan trọng
qdinh qđ: quy định ; qd: quy định | quyết định ; vd: ví dụ | vấn đề ; vde: vấn đề ; vđ: vấn đề
yc ycau: yêu cầu ; gq: giải quyết ; pt: phương tiện ; nvu: nhiệm vụ ; ubnd: ủy ban nhân dân
kk: khó khăn ; khgđ: không được ; kdc kđc kdk hkdc hđc: không được ; kbt kbiet kbit: không biết
kco: không có ; kp: không phải ; kphai: không phải ; knhan: không nhận ; lđ ld: lừa đảo | lao động
ldao lđảo: lừa đảo ; tkđd tkdd: tài khoản định danh ; đd dd: định danh ; ddanh đdanh: định danh
ddinh: định ; xthuc: xác thực ; xth: xác thực ; sth: sinh trắc học ; stt: số thứ tự
stk: số tài khoản ; tkoan: tài khoản ; nhg nhug nhưg nhug: nhưng ; nhữg: những ; thoy: thôi
vx: vẫn ; vz: vậy ; vậi vạy: vậy ; bj: bị ; chòy: trời ; chời: trời ; trùi: trời ; sốg: sống
"""

# Phone and dialect spelling -> usual spelling, on tokens without marks.
_SOUNDS = (
    (re.compile(r"^f"), ("ph",)),
    (re.compile(r"^(?:z|dz|j)"), ("d", "gi", "v")),
    (re.compile(r"^w"), ("qu", "h", "go")),
    (re.compile(r"^qu(?=[aeiy])"), ("q",)),
    (re.compile(r"^c(?=[eiy])|^q(?!u)"), ("k",)),
    (re.compile(r"^k(?=[aou])"), ("c",)),
    (re.compile(r"^ck"), ("ch",)),
    (re.compile(r"^gh?(?=[eiy])"), ("gh", "g")),
    (re.compile(r"^ng(?=[eiy])"), ("ngh",)),
    (re.compile(r"^tr"), ("ch",)),
    (re.compile(r"^ch"), ("tr",)),
    (re.compile(r"^s"), ("x",)),
    (re.compile(r"^x"), ("s",)),
    (re.compile(r"^(?:d|gi|r)"), ("gi", "d", "r", "v")),
    (re.compile(r"^l"), ("n",)),
    (re.compile(r"^n(?!g|h)"), ("l",)),
    (re.compile(r"(?<=[aeiouy])g$"), ("ng",)),
    (re.compile(r"(?<=[aeiouy])h$"), ("nh", "ch")),
    (re.compile(r"(?<=[aeiouy])k$"), ("ch", "c")),
    (re.compile(r"(?<=[aeiouy])n$"), ("ng",)),
    (re.compile(r"(?<=[aeiouy])ng$"), ("n",)),
    (re.compile(r"(?<=[aeiouy])t$"), ("c",)),
    (re.compile(r"(?<=[aeiouy])c$"), ("t",)),
    (re.compile(r"j"), ("i",)),
    (re.compile(r"(?<=[^aeiouyq])u(?=[a-z]+$)"), ("uo",)),
    (re.compile(r"(?<=[^aeiouy])i(?=[a-z]+$)"), ("ie",)),
    (re.compile(r"(.)\1+"), (r"\1",)),
)


def _parse(table: str) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    for row in re.split(r"[;\n]", table):
        names, _, meanings = row.partition(":")
        readings = tuple(tuple(text.split()) for text in meanings.split("|") if text.strip())
        for name in names.split():
            yield name, readings


MEANINGS: dict[str, tuple[tuple[str, ...], ...]] = dict(_parse(_TABLE))


def spellings(plain: str) -> Iterator[str]:
    """Usual spellings that *plain* may be a phone or dialect spelling of, one change away, then two."""
    first = list(dict.fromkeys(_respelt(plain)))
    yield from first
    for one in first:
        yield from _respelt(one)


def _respelt(plain: str) -> Iterator[str]:
    for pattern, replacements in _SOUNDS:
        for replacement in replacements:
            changed = pattern.sub(replacement, plain, count=1)
            if changed != plain:
                yield changed
