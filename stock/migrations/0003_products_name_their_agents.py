from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stock", "0002_products_say_their_use")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="agents",
            field=models.JSONField(blank=True, default=list, verbose_name="anaesthetics in it"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "anaesthetic"), ("agents", []), _connector="OR"),
                name="only_anaesthetics_hold_agents",
            ),
        ),
    ]
