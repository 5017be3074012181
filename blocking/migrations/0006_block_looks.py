import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blocking", "0005_deliveries"),
        ("cases", "0024_held_from_and_who_knows"),
    ]

    operations = [
        migrations.CreateModel(
            name="BlockLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vantage", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("blocked", "blocked"),
                            ("not_blocked", "not_blocked"),
                            ("site_down", "site_down"),
                            ("inconclusive", "inconclusive"),
                        ],
                        max_length=15,
                    ),
                ),
                ("reason", models.CharField(max_length=20)),
                ("evidence", models.JSONField(default=list)),
                ("audit_seq", models.PositiveBigIntegerField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="looks",
                        to="blocking.order",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="block_looks",
                        to="cases.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Collateral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sibling", models.CharField(max_length=2048)),
                (
                    "tie",
                    models.CharField(
                        choices=[
                            ("same_host", "same_host"),
                            ("same_domain", "same_domain"),
                            ("same_address", "same_address"),
                        ],
                        max_length=15,
                    ),
                ),
                ("reason", models.CharField(max_length=20)),
                ("evidence", models.JSONField(default=list)),
                (
                    "look",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collateral",
                        to="blocking.blocklook",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "collateral",
            },
        ),
        migrations.AddIndex(
            model_name="blocklook",
            index=models.Index(fields=["order", "vantage", "-at"], name="look_of_order"),
        ),
        migrations.AddIndex(
            model_name="blocklook",
            index=models.Index(fields=["-at"], name="look_by_time"),
        ),
    ]
