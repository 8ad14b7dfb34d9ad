"""config.yaml: every fault at once, each with its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core import config
from bot.core.documents.file import Faults
from tests.support.paths import PROJECT


def load(tmp_path: Path, text: str, **environment: str) -> config.Settings:
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return config.load(file, environment)


def faults(tmp_path: Path, text: str, **environment: str) -> list[str]:
    with pytest.raises(Faults) as caught:
        load(tmp_path, text, **environment)
    return [f"{fault.line}: {fault.message} → {fault.hint}" for fault in caught.value.faults]


def test_the_project_s_own_file_is_valid_without_any_secret() -> None:
    settings = config.load(PROJECT / "config.yaml", {})
    assert settings.telegram.token == ""
    assert settings.faq == str(PROJECT / "faq")


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, "").listen.port == 8080


def test_a_token_in_the_environment_turns_the_channel_on(tmp_path: Path) -> None:
    settings = load(tmp_path, "telegram: {token: '${T}'}", T="1:abc")
    assert settings.telegram.token == "1:abc"
    assert "1:abc" not in repr(settings)


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = "name: [1]\nlisten:\n  port: '8080'\n  hots: x\ntelegran:\n  token: 1\n"
    found = faults(tmp_path, text)
    assert [line[:2] for line in found] == ["1:", "3:", "4:", "5:"]
    assert "listen.port: cần một số nguyên (đang là '8080')" in found[1]
    assert "listen.hots: khóa này không dùng ở đây" in found[2]
    assert "xem lại chính tả" in found[3]


def test_a_secret_written_in_the_file_is_refused(tmp_path: Path) -> None:
    found = faults(tmp_path, "telegram:\n  token: 123:abc\n")
    assert "bí mật không được viết trong tệp" in found[0]
    assert "${TELEGRAM_BOT_TOKEN}" in found[0]
    assert "123:abc" not in found[0]


def test_a_missing_variable_outside_the_channels_is_named(tmp_path: Path) -> None:
    found = faults(tmp_path, "name: x\ndatabase: ${DATABASE_URL}\n")
    assert found == [
        "2: database: chưa có biến môi trường DATABASE_URL → đặt DATABASE_URL=… rồi chạy lại"
    ]


def test_a_webhook_needs_its_secret(tmp_path: Path) -> None:
    text = "public_url: https://bot.example\ntelegram: {token: '${T}'}\n"
    assert "TELEGRAM_WEBHOOK_SECRET" in faults(tmp_path, text, T="1:a")[0]


def test_zalos_bot_needs_its_webhooks_secret_too(tmp_path: Path) -> None:
    text = "public_url: https://bot.example\nzalo_bot: {token: '${T}'}\n"
    assert "ZALO_BOT_WEBHOOK_SECRET" in faults(tmp_path, text, T="1:a")[0]


def test_an_official_account_needs_the_id_of_its_app(tmp_path: Path) -> None:
    text = "zalo_oa: {app_secret: '${S}'}\n"
    assert "zalo_oa.app_id" in faults(tmp_path, text, S="s")[0]


def test_a_form_knows_only_the_parts_that_reminders_have(tmp_path: Path) -> None:
    text = "zalo_oa: {templates: {reminder: {id: '1', parameters: {otp: ma}}}}\n"
    assert "otp" in faults(tmp_path, text)[0]
    assert "reminders" in faults(tmp_path, "zalo_oa: {templates: {reminders: {id: '1'}}}\n")[0]


def test_public_url_must_be_https(tmp_path: Path) -> None:
    assert "https://" in faults(tmp_path, "public_url: http://bot.example\n")[0]


def test_thresholds_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    text = "matching:\n  answer: 0.2\n  ask_back: 0.5\n"
    assert "3: matching.ask_back lớn hơn" in faults(tmp_path, text)[0]


@pytest.mark.parametrize("text", ["- a\n- b\n", "chữ"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert "khóa: giá trị" in faults(tmp_path, text)[0]


def test_every_key_is_explained_in_the_project_s_file() -> None:
    text = (PROJECT / "config.yaml").read_text(encoding="utf-8")
    for name in config.Settings.model_fields:
        assert f"\n{name}:" in f"\n{text}", f"{name} is missing from config.yaml"


def test_a_database_is_a_file_or_a_postgresql(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("database: mysql://bot@db/vneid\n", encoding="utf-8")
    with pytest.raises(Faults, match="tệp SQLite, hoặc postgresql://"):
        config.load(file, {})


@pytest.mark.parametrize(
    "address", ["postgresql://bot:secret@db/vneid", "postgresql:///vneid?user=bot&password=secret"]
)
def test_a_password_of_the_database_is_not_written_in_the_file(
    tmp_path: Path, address: str
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"database: {address}\ndata_key: ${{VNEID_DATA_KEY}}\n", encoding="utf-8")
    with pytest.raises(Faults, match="mật khẩu không được viết trong tệp") as faults:
        config.load(file, {"VNEID_DATA_KEY": "x"})
    assert "secret" not in str(faults.value)


def test_the_environment_gives_the_password_or_the_whole_address(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    environment = {
        "VNEID_DATA_KEY": "x",
        "P": "secret",
        "VNEID_DATABASE_URL": "postgresql://a:b@c/d",
    }
    key = "data_key: ${VNEID_DATA_KEY}\n"
    file.write_text("database: postgresql://bot:${P}@db/vneid\n" + key, encoding="utf-8")
    settings = config.load(file, environment)
    assert settings.database == "postgresql://bot:secret@db/vneid"
    assert "secret" not in repr(settings)
    file.write_text("database: ${VNEID_DATABASE_URL}\n" + key, encoding="utf-8")
    assert config.load(file, environment).database == "postgresql://a:b@c/d"


def test_on_postgresql_the_folder_of_backups_needs_no_key(tmp_path: Path) -> None:
    """What is kept there is the list of who was erased, of no use without the data key."""
    file = tmp_path / "config.yaml"
    text = (
        "database: postgresql://bot@db/vneid\ndata_key: ${VNEID_DATA_KEY}\nbackup: {folder: kept}\n"
    )
    file.write_text(text, encoding="utf-8")
    settings = config.load(file, {"VNEID_DATA_KEY": "x"})
    assert settings.backup.folder == str(tmp_path / "kept")


def test_on_postgresql_the_key_of_the_data_must_be_given(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("database: postgresql://bot@db/vneid\n", encoding="utf-8")
    with pytest.raises(Faults, match="VNEID_DATA_KEY"):
        config.load(file, {})
