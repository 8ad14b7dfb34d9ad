"""The JSON Schema that editors read: generated from the models of the FAQ, explained in Vietnamese.

The first line of each FAQ file, `# yaml-language-server: $schema=schema.json`, makes an editor
complete keys, show these descriptions and mark mistakes while typing.
"""

from __future__ import annotations

import json
from typing import Any

from bot.faq.entries import GroupFile

NAME = "schema.json"

# Model and key -> what a volunteer should know. A test holds this table against the models.
DESCRIPTIONS: dict[str, dict[str, str]] = {
    "GroupFile": {
        "group": "Tên máy của nhóm: chữ thường không dấu, gạch nối. Thường giống tên tệp.",
        "title": "Tên nhóm mà người dân thấy trong danh mục.",
        "entries": "Danh sách các mục hỏi – đáp của nhóm.",
    },
    "Entry": {
        "id": "Tên máy của mục: chữ thường không dấu, số, gạch nối, tối đa 48 ký tự. Đặt rồi thì không đổi.",
        "question": "Câu hỏi mẫu, viết đủ dấu.",
        "answer": "Câu trả lời, tối đa 600 ký tự. Câu đầu trả lời thẳng câu hỏi.",
        "kind": "answer: mục bình thường. out-of-scope: việc ngoài phạm vi, chỉ nói nơi cần hỏi.",
        "label": "Tên nút bấm, tối đa 36 ký tự.",
        "phrasings": "10–20 cách người dân gõ câu hỏi này: có dấu, không dấu, viết tắt, kể chuyện.",
        "keywords": "Từ, cụm từ hễ thấy là nghiêng về mục này. Đừng ghi từ chung như “vneid”.",
        "steps": "Các bước làm, mỗi bước một câu ngắn (≤ 140 ký tự), tối đa 7 bước.",
        "documents": "Giấy tờ cần mang theo.",
        "place": "Nơi làm, một câu.",
        "fee": "Lệ phí, một câu.",
        "time": "Thời gian giải quyết, một câu.",
        "more": "Lưu ý thêm; điều chưa chắc thì nói rõ là chưa chắc và hỏi ở đâu.",
        "links": "Nút mở trang chính thức.",
        "sources": "Nguồn: văn bản luật kèm điều khoản, hoặc trang chính thức, báo.",
        "reviewed": "Ngày có người đọc lại và thấy đúng: năm-tháng-ngày.",
        "review_by": "Hạn phải đọc lại: năm-tháng-ngày.",
        "audience": "Mục này dành cho ai, ví dụ cong-dan, hoc-sinh, doanh-nghiep.",
        "related": "id của 2–3 mục người dân hay hỏi tiếp; hai mục đầu thành nút dưới câu trả lời.",
        "action": "Nút việc làm: book (đặt lịch), activate (kích hoạt), call (gọi tổng đài).",
        "variants": "Phần thay theo ngày, ví dụ lệ phí giảm đến hết 31/12/2026.",
    },
    "Variant": {
        "valid_from": "Dùng từ ngày này (gồm cả ngày này).",
        "valid_to": "Dùng đến hết ngày này.",
        "answer": "Thay câu trả lời trong khoảng ngày này, tối đa 600 ký tự.",
        "steps": "Thay các bước.",
        "documents": "Thay giấy tờ cần mang.",
        "place": "Thay nơi làm.",
        "fee": "Thay lệ phí.",
        "time": "Thay thời gian.",
        "more": "Thay lưu ý.",
        "sources": "Thay nguồn.",
    },
    "Source": {
        "law": "Tên văn bản, ví dụ Luật Căn cước số 26/2023/QH15.",
        "article": "Điều, khoản.",
        "page": "Tên trang chính thức hoặc tờ báo.",
        "url": "Địa chỉ trang, bắt đầu bằng https://.",
        "from": 'Ngày có hiệu lực hoặc ngày đăng: 2024-07-01; chỉ biết tháng thì "2024-07", năm thì 2024.',
    },
    "Link": {
        "label": "Chữ trên nút.",
        "url": "Địa chỉ trang, bắt đầu bằng https://.",
    },
}


def build() -> dict[str, Any]:
    """The schema of one FAQ file."""
    schema = GroupFile.model_json_schema(by_alias=True)
    models = {"GroupFile": schema, **schema.get("$defs", {})}
    for name, model in models.items():
        model.pop("description", None)  # docstrings are for programmers
        for key, value in model.get("properties", {}).items():
            value.pop("title", None)
            value["description"] = DESCRIPTIONS[name][key]
        model.pop("title", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Một tệp FAQ của Trợ lý VNeID",
        **schema,
    }


def text() -> str:
    """The file as it stands beside the FAQ files."""
    return json.dumps(build(), ensure_ascii=False, indent=2) + "\n"
